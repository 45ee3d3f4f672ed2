// check_folder FOLDER: prints what the checks of a file system found, `name: outcome: seen` a line,
// so that they can be run with faults preloaded.

#include <cstdio>

#include "metrics/clock.hpp"
#include "storage/checks/file_system_checks.hpp"

int main(int argc, char** argv) {
  using namespace walbench::storage;
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  for (const CheckResult& each :
       {check_space(folder), check_locks(folder), check_shared_mapping(folder),
        check_rename_and_unlink(folder),
        check_sync(folder, walbench::metrics::SteadyClock(), std::stop_token())}) {
    const char* const outcome = each.outcome == CheckOutcome::pass   ? "pass"
                                : each.outcome == CheckOutcome::warn ? "warn"
                                                                     : "fail";
    std::printf("%s: %s: %s\n", each.name.c_str(), outcome, each.seen.c_str());
  }
}
