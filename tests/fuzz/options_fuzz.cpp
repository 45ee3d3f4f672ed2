// Would catch: a command line that crashes a program before it has begun. Arguments are the lines
// of the input; the first one's first byte chooses the program.

#include <string>
#include <vector>

#include "tests/fuzz/fuzz.hpp"
#include "tools/bench/bench_options.hpp"
#include "tools/report/report_options.hpp"

using namespace walbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::string> arguments;
  std::string_view rest = fuzz::text_of(data + 1, size - 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    arguments.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (data[0] % 2 == 0) {
    static_cast<void>(tools::parse_report_options(arguments));
  } else {
    static_cast<void>(tools::parse_bench_options(arguments, [](const auto& file) {
      return tools::LibraryFacts{file, {}};
    }));
  }
  return 0;
}
