// bench: measures the configurations of a plan and publishes what it found.

#include <algorithm>
#include <exception>
#include <string>
#include <variant>
#include <vector>

#include "metrics/sentence_of.hpp"
#include "tools/bench/bench_options.hpp"
#include "tools/bench/bench_session.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/output.hpp"

int main(int argc, char** argv) {
  using namespace walbench::tools;
  survive_failed_writes();
  try {
    const auto parsed =
        parse_bench_options(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
    if (const auto* const end = std::get_if<ParseEnd>(&parsed)) return end->tell();
    return run_session(std::get<BenchOptions>(parsed));
  } catch (const std::exception& error) {
    complain("bench", walbench::metrics::sentence_of(error));
    return kFailed;
  }
}
