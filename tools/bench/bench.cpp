// bench: measures the configurations of a plan and publishes what it found.

#include <string>
#include <variant>
#include <vector>

#include "tools/bench/bench_options.hpp"
#include "tools/bench/bench_session.hpp"
#include "tools/bench/own_process.hpp"
#include "tools/program/run_program.hpp"

namespace walbench::tools {
namespace {

int run_bench(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == kOwnProcess) return serve_own_process(arguments);
  const auto parsed = parse_bench_options(arguments, facts_of_library);
  if (const auto* const end = std::get_if<ParseEnd>(&parsed)) return end->tell();
  return run_session(std::get<BenchOptions>(parsed));
}

}  // namespace
}  // namespace walbench::tools

int main(int argc, char** argv) {
  return walbench::tools::run_program("bench", argc, argv, walbench::tools::run_bench);
}
