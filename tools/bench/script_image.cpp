#include "tools/bench/script_image.hpp"

#include <fmt/format.h>

#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/workload/script/statement_check.hpp"
#include "metrics/duration.hpp"
#include "storage/engines/engine.hpp"
#include "tools/bench/run_environment.hpp"
#include "tools/bench/script_problems.hpp"
#include "tools/program/options.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

constexpr std::int64_t kCopies = 2;  // this one, and the one that is measured

}  // namespace

void ScriptImage::make(ScriptRun& run, const std::stop_token& stop) {
  const std::filesystem::path& image = files_.database();
  if (run.db) {
    std::error_code unreadable;
    const auto bytes = std::filesystem::file_size(*run.db, unreadable);
    if (!unreadable) require_room(static_cast<std::int64_t>(bytes));
    copied_ = storage::copy_database(kEngine, *run.db, image, stop);
  } else if (!run.job.content.schema_sql.empty()) {
    storage::open_database(kEngine, image, {}, storage::Instrumentation::none)
        ->seed(run.job.content, stop);
  }
  const auto connection = storage::open_ad_hoc(kEngine, image, stop);
  std::vector<engine::ScriptProblem> problems = engine::run_setup(run.setup, *connection);
  if (problems.empty()) problems = engine::check_statements(run.job.set, *connection);
  if (!problems.empty()) throw ScriptsRefused(problems);
  run.job.content = {.schema_sql = {}, .insert_sql = {}, .image = image};
}

std::optional<std::string> ScriptImage::cost(std::size_t measurements) const {
  if (!copied_) return std::nullopt;
  const std::string kept = copied_->in_wal_mode
                               ? "its writers went on meanwhile, and its WAL could not start over"
                               : fmt::format("its writers waited for up to {}",
                                             metrics::format_duration(copied_->longest_step));
  return fmt::format("copied {} in {}; {}. Each of {} measurements starts from that copy",
                     format_bytes(copied_->bytes), metrics::format_duration(copied_->took), kept,
                     measurements);
}

void ScriptImage::require_room(std::int64_t bytes) const {
  std::error_code unknown;
  const auto space = std::filesystem::space(files_.database().parent_path(), unknown);
  if (unknown || static_cast<std::int64_t>(space.available) >= kCopies * bytes) return;
  refuse("--db",
         fmt::format("{} copies of {} do not fit in the {} that '{}' has left; name another "
                     "folder with --dir",
                     kCopies, format_bytes(bytes),
                     format_bytes(static_cast<std::int64_t>(space.available)),
                     printable(files_.database().parent_path().string())));
}

}  // namespace walbench::tools
