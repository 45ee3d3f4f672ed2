#include "tools/bench/script_image.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "metrics/duration.hpp"
#include "tools/bench/script_problems.hpp"
#include "tools/program/options.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

constexpr std::int64_t kCopies = 2;  // this one, and the one that is measured

}  // namespace

void ScriptImage::make(ScriptRun& run, const ImageMaker& make) {
  const std::filesystem::path& image = files_.database();
  engine::ImageOrder order{
      .scripts = run.job.source,
      .setup = {run.setup.source.name(), std::string(run.setup.source.text()), std::nullopt},
      .has_pgbench_tables = !run.job.content.schema_sql.empty(),
      .user_database = {},
      .image = image};
  if (run.db) {
    std::error_code unreadable;
    const auto bytes = std::filesystem::file_size(*run.db, unreadable);
    if (!unreadable) require_room(static_cast<std::int64_t>(bytes));
    order.user_database = *run.db;
  }
  const engine::MadeImage made = make(order);
  if (!made.problems.empty()) throw ScriptsRefused(made.problems);
  copied_ = made.copied;
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
