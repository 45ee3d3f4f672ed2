#include "metrics/result/words.hpp"

#include <algorithm>
#include <optional>

#include "metrics/statistics/figure_change.hpp"

namespace walbench::metrics {
namespace {

constexpr Words kOfLifecycles = {.of_scripts = false,
                                 .iteration = "lifecycle",
                                 .iterations = "lifecycles",
                                 .writes = "transitions",
                                 .rate = kThroughput,
                                 .more = "more files"};
constexpr Words kOfScripts = {.of_scripts = true,
                              .iteration = "execution",
                              .iterations = "executions",
                              .writes = "transactions",
                              .rate = "scripts/s",
                              .more = "for longer"};

}  // namespace

std::string Words::segment(std::string_view stream, Segment segment) const {
  std::string name(stream);
  if (!stream.empty()) name += '.';
  return name += this->segment(segment);
}

std::string Words::figure(std::string_view name) const {
  if (name == kThroughput) return std::string(rate);
  const std::size_t space = std::min(name.find(' '), name.size());
  const std::size_t stream = name.substr(0, space).rfind('.');
  const std::size_t begin = stream == std::string_view::npos ? 0 : stream + 1;
  const std::optional<Segment> found = segment_from_name(name.substr(begin, space - begin));
  if (!found) return std::string(name);
  return std::string(name.substr(0, begin)).append(segment(*found)).append(name.substr(space));
}

const Words& words_for(bool scripts) {
  return scripts ? kOfScripts : kOfLifecycles;
}

const Words& words_of(const ConfigurationResult& configuration) {
  return words_for(configuration.runs_scripts());
}

}  // namespace walbench::metrics
