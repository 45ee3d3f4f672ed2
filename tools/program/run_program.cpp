#include "tools/program/run_program.hpp"

#include <algorithm>
#include <exception>

#include "metrics/sentence_of.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/output.hpp"

namespace walbench::tools {

int run_program(std::string_view name, int argc, char** argv,
                const std::function<int(const std::vector<std::string>&)>& run) {
  survive_failed_writes();
  try {
    return run(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
  } catch (const std::exception& error) {
    complain(name, metrics::sentence_of(error));
    return kFailed;
  }
}

}  // namespace walbench::tools
