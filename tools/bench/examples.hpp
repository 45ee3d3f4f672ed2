#pragma once

#include <span>
#include <string_view>

namespace walbench::tools {

/// A workload that people recognise, to begin with: a script and the setup that it runs on.
struct Example {
  std::string_view name;
  std::string_view script;
  std::string_view setup;
};

/// All of them, as they stand in the folder of that name.
std::span<const Example> examples();

/// The example of exactly that name, or null.
const Example* find_example(std::string_view name);

}  // namespace walbench::tools
