#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace walbench::tools {

/// All that main does: hands the arguments, without the program's own name, to `run` and returns
/// its exit code. An error that nobody caught is told in a sentence and is exit code 3.
int run_program(std::string_view name, int argc, char** argv,
                const std::function<int(const std::vector<std::string>&)>& run);

}  // namespace walbench::tools
