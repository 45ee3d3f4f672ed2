// bench: measures the configurations of a plan and publishes what it found.

#include <atomic>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "storage/checks/scratch_folder.hpp"
#include "storage/storage_error.hpp"
#include "tools/bench/bench_options.hpp"
#include "tools/bench/bench_session.hpp"
#include "tools/library/other_library.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/interrupt_signals.hpp"
#include "tools/program/output.hpp"
#include "tools/program/run_program.hpp"

namespace walbench::tools {
namespace {

/// What a last act has to remove.
std::atomic<const storage::ScratchFolder*> folder_to_remove = nullptr;

void remove_folder() {
  if (const storage::ScratchFolder* const folder = folder_to_remove.load()) folder->remove();
}

/// Nothing: the library is in use already. Otherwise how bench ended that was run with it.
std::optional<int> end_with_library(const std::filesystem::path& library,
                                    const std::vector<std::string>& arguments) {
  const InterruptSignals signals("bench", remove_folder);
  try {
    return run_with_library("bench", library, arguments, signals.stop_token(),
                            [](const auto* folder) { folder_to_remove.store(folder); });
  } catch (const storage::StorageError& error) {
    complain("bench", std::string("--library: ") + error.what());
    return kWrongUsage;
  }
}

int run_bench(const std::vector<std::string>& arguments) {
  const auto parsed = parse_bench_options(arguments);
  if (const auto* const end = std::get_if<ParseEnd>(&parsed)) return end->tell();
  const auto& options = std::get<BenchOptions>(parsed);
  if (options.library) {
    if (const auto code = end_with_library(*options.library, arguments)) return *code;
  }
  return run_session(options);
}

}  // namespace
}  // namespace walbench::tools

int main(int argc, char** argv) {
  return walbench::tools::run_program("bench", argc, argv, walbench::tools::run_bench);
}
