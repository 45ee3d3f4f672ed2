#include "tools/doctor/doctor_options.hpp"

#include <fmt/format.h>

#include "metrics/result/environment.hpp"
#include "tools/program/options.hpp"

namespace walbench::tools {
namespace {

constexpr const char* kFooter = R"(
Each line is PASS, WARN or FAIL, what was seen, and what to do. All is checked by doing it, in a
private folder beside the database, which is gone at the end: locks, shared memory and renaming with
a second process; the time that syncs take; commits of a process that is killed 30 times; and
SQLite's WAL-reset bug, by threads that commit and checkpoint, paused where a scheduler may pause
them, too. A database is not opened by SQLite, and nothing of it is changed. It takes below 30 s.

PASS is not a proof: a bug is not met in so many commits and overlaps. Killing a process says
nothing of a loss of power.

exit codes:
  0    no check failed; there may be warnings
  1    a check failed
  2    wrong usage: nothing was done
  3    something could not be checked, and no check failed
  130  interrupted (SIGINT); another signal gives 128 + its number

examples:
  doctor .
  doctor /var/lib/app/app.db
  doctor --format markdown > for-the-issue.md
  doctor /var/lib/app --of node_modules/better-sqlite3/build/Release/better_sqlite3.node
  doctor --library /opt/sqlite/lib/libsqlite3.so.0)";

void add_options(Options& options, DoctorOptions& request) {
  options.section("What to check");
  options.value("PATH", "PATH", "the folder of a database, or the database itself", request.path,
                paths());
  options.value("--of", "FILE",
                "judge the SQLite inside this file of an application, by the source id in it; it "
                "cannot be run there",
                request.application, paths());
  options.value("--library", "FILE", "load this libsqlite3 instead of the system's, and judge it",
                request.library, paths());
  options.value("--format", "FORMAT",
                "print a table, line by line as it is found, or at the end markdown or json",
                request.format, print_formats());
}

}  // namespace

std::variant<DoctorOptions, ParseEnd> parse_doctor_options(
    const std::vector<std::string>& arguments) {
  DoctorOptions request;
  Options options(
      {.name = "doctor",
       .purpose = "Checks whether an SQLite, a file system and a disk are fit for many writers.",
       .usage = "[OPTION]... [PATH]",
       .version = fmt::format("doctor (walbench) {}", metrics::walbench_version()),
       .footer = kFooter});
  add_options(options, request);
  if (const auto end = options.parse(arguments)) return *end;
  if (!request.application.empty() && !request.library.empty()) {
    return options.refusal("--of and --library each name the SQLite to judge: name one of them");
  }
  return request;
}

}  // namespace walbench::tools
