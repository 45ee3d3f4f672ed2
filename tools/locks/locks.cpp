// locks: tells who holds the locks of a database that others use.

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <string>
#include <variant>
#include <vector>

#include "metrics/clock.hpp"
#include "storage/sqlite/locks/database_locks.hpp"
#include "tools/locks/locks_document.hpp"
#include "tools/locks/locks_json.hpp"
#include "tools/locks/locks_options.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/interrupt_signals.hpp"
#include "tools/program/output.hpp"
#include "tools/program/run_program.hpp"
#include "tools/render/markdown.hpp"
#include "tools/render/terminal.hpp"

namespace walbench::tools {
namespace {

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), ms.count() % 1000);
}

std::int64_t cpu_time_ns() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return std::int64_t{spent.tv_sec} * 1'000'000'000 + spent.tv_nsec;
}

LocksStory watch(const LocksOptions& options, const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kInterval(1);
  constexpr std::chrono::milliseconds kListing(500);
  storage::DatabaseLocks locks(options.database);
  if (options.duration) locks.list_regularly(kListing);
  LocksStory story{.file = options.database.string(), .started = utc_now(), .watch = {}};
  const std::int64_t cpu_before = cpu_time_ns();
  story.watch =
      watch_locks(locks, metrics::SteadyClock(),
                  options.duration.value_or(std::chrono::nanoseconds(0)), kInterval, stop);
  story.cpu_ns = cpu_time_ns() - cpu_before;
  return story;
}

void print(const LocksStory& story, PrintFormat format) {
  switch (format) {
    case PrintFormat::json: write_output(locks_json(story)); return;
    case PrintFormat::markdown: write_output(render_markdown(locks_document(story))); return;
    case PrintFormat::table: break;
  }
  render_terminal(locks_document(story), {}, write_output);
}

int run_locks(const std::vector<std::string>& arguments) {
  const auto parsed = parse_locks_options(arguments);
  if (const auto* const end = std::get_if<ParseEnd>(&parsed)) return end->tell();
  const auto& options = std::get<LocksOptions>(parsed);
  const InterruptSignals signals("locks", [] {});
  stop_output_with(signals.stop_token());
  print(watch(options, signals.stop_token()), options.format);
  return signals.exit_code();
}

}  // namespace
}  // namespace walbench::tools

int main(int argc, char** argv) {
  return walbench::tools::run_program("locks", argc, argv, walbench::tools::run_locks);
}
