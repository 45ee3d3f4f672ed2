#include "tools/locks/locks_options.hpp"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>

#include "metrics/result/environment.hpp"
#include "tools/program/options.hpp"

namespace walbench::tools {
namespace {

constexpr const char* kFooter = R"(
The kernel names who holds SQLite's locks: nothing has to be restarted, no library is loaded into
anybody, and SQLite is not used. Files are opened for reading, no lock is taken, and nothing is
changed. It works for every program that uses POSIX locks, which is what SQLite does by default on
Linux, however it was built.

Threads and connections of one process look alike. Waiting writers and SQL are not visible. A hold
that is shorter than the distance of two looks is seen by chance, in proportion to its length.

exit codes:
  0    the locks were told, even if nobody holds any
  2    wrong usage: nothing was done
  3    there is no database, it cannot be read, its file system has no POSIX locks, or the output
       could not be written
  130  interrupted (SIGINT), and what was seen until then was told; another signal gives 128 + its
       number

examples:
  locks app.db
  locks --for 10s app.db
  locks app.db --for 1min --format json > locks.json)";

void add_options(Options& options, LocksOptions& request) {
  options.section("What to watch, and how to print it");
  options.value("FILE", "FILE", "the database file", request.database, paths());
  options.value(
      "--for", "DUR",
      "look every millisecond for so long (as in 10s), and tell shares of time and longest "
      "holds; without it: look once",
      request.duration, durations(std::chrono::milliseconds(1)));
  options.value("--format", "FORMAT", "print a table, markdown or json", request.format,
                print_formats());
}

}  // namespace

std::variant<LocksOptions, ParseEnd> parse_locks_options(
    const std::vector<std::string>& arguments) {
  LocksOptions request;
  Options options({.name = "locks",
                   .purpose = "Tells which processes hold the locks of an SQLite database.",
                   .usage = "[OPTION]... FILE",
                   .version = fmt::format("locks (walbench) {}", metrics::walbench_version()),
                   .footer = kFooter});
  add_options(options, request);
  if (const auto end = options.parse(arguments)) return *end;
  if (request.database.empty()) return options.refusal("no database; name its file");
  return request;
}

}  // namespace walbench::tools
