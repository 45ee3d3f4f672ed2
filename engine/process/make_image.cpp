#include "engine/process/make_image.hpp"

#include "engine/workload/script/builtin_scripts.hpp"
#include "engine/workload/script/setup.hpp"
#include "engine/workload/script/statement_check.hpp"

namespace walbench::engine {

MadeImage make_image(const ImageOrder& order, std::string_view engine,
                     const std::stop_token& stop) {
  MadeImage made;
  if (!order.user_database.empty()) {
    made.copied = storage::copy_database(engine, order.user_database, order.image, stop);
  } else if (order.has_pgbench_tables) {
    storage::open_database(engine, order.image, {}, storage::Instrumentation::none)
        ->seed(pgbench_content(order.scripts.scale), stop);
  }
  const auto connection = storage::open_ad_hoc(engine, order.image, stop);
  if (!order.setup.text.empty()) {
    const CompiledSetup setup = compile_setup(order.setup, order.scripts);
    made.problems = run_setup(setup.setup, *connection);
  }
  if (made.problems.empty()) {
    made.problems = check_statements(compile_scripts(order.scripts).set, *connection);
  }
  return made;
}

}  // namespace walbench::engine
