#include "tools/document/missing_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "metrics/result/key.hpp"
#include "tools/document/cells.hpp"

namespace walbench::tools {
namespace {

using metrics::configuration_label;
using metrics::ConfigurationResult;

/// The labels of everything planned that neither has a result here nor has failed.
std::vector<std::string> not_here(const RunView& run) {
  std::vector<std::string> here;
  here.reserve(run.configurations.size() + run.mitigations.size() + run.failures.size());
  for (const ConfigurationResult& each : run.configurations) {
    here.push_back(configuration_label(each.planned));
  }
  for (const metrics::MitigationResult& each : run.mitigations) {
    here.push_back(
        fmt::format("{} -> {}", configuration_label(each.baseline.pooled.planned), each.info.name));
  }
  for (const metrics::RunFailure& each : run.failures) {
    if (each.mitigation.empty()) here.push_back(each.key);
  }
  std::vector<std::string> labels;
  std::ranges::copy_if(run.planned, std::back_inserter(labels), [&](const std::string& each) {
    return std::ranges::find(here, each) == here.end();
  });
  return labels;
}

void add_missing_distributions(const ConfigurationResult& configuration, const std::string& before,
                               Section& section) {
  const std::vector<std::string> missing = configuration.missing();
  if (missing.empty()) return;
  section.blocks.emplace_back(Sentence{
      fmt::format("{}{}: {} of its {} files are missing: {}. Nothing is concluded from the "
                  "others.",
                  before, configuration_label(configuration.planned), missing.size(),
                  configuration.published.size(), fmt::join(missing, ", ")),
      Tone::warning});
}

}  // namespace

Section missing_section(const RunView& run) {
  Section section{"What is missing" + run.suffix, false, {}};
  for (const metrics::RunFailure& each : run.failures) {
    section.blocks.emplace_back(Sentence{
        fmt::format("Failed in phase '{}': {}.", each.phase, each.sentence), Tone::warning});
  }
  if (run.complete == false) {
    const std::vector<std::string> labels = not_here(run);
    const std::string end =
        labels.empty() ? "." : fmt::format("; not measured: {}.", fmt::join(labels, ", "));
    section.blocks.emplace_back(
        Sentence{fmt::format("Run {} did not come to its end{}", run.run_id, end), Tone::warning});
  }
  for (const ConfigurationResult& each : run.configurations) {
    add_missing_distributions(each, "", section);
  }
  for (const metrics::MitigationResult& each : run.mitigations) {
    add_missing_distributions(each.baseline.pooled, "before " + each.info.name + ": ", section);
    add_missing_distributions(each.mitigation.pooled, "after " + each.info.name + ": ", section);
  }
  return section;
}

}  // namespace walbench::tools
