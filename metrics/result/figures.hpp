#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/configuration_result.hpp"
#include "metrics/result/environment.hpp"
#include "metrics/result/figure.hpp"
#include "metrics/result/mitigation_result.hpp"

namespace walbench::metrics {

// The tables of figures: each is one row there and stands nowhere else. Segments are no figures;
// metrics/segment.hpp has their table.

/// Of one configuration, in the order in which files have them: the plan, the settings that were
/// read back, and what was measured.
std::span<const Figure<ConfigurationResult>> configuration_figures();

/// Of one stream of a configuration.
std::span<const Figure<Stream>> stream_figures();

/// Where and with what a run was measured.
std::span<const Figure<Environment>> environment_figures();

/// What is said of a mitigation in words.
std::span<const Figure<MitigationInfo>> mitigation_figures();

/// The configuration's figure of that name, with or without its unit (`elapsed_seconds`,
/// `elapsed`), or null.
const Figure<ConfigurationResult>* find_figure(std::string_view name);

/// The configuration's figure with that name in keys and selectors, such as `threads`, or null.
const Figure<ConfigurationResult>* find_dimension(std::string_view name);

/// The stream's figure with that name in selectors, such as `role`, or null.
const Figure<Stream>* find_stream_dimension(std::string_view name);

/// The value as keys have it: `10`, `zero`, `20ms`.
std::string key_text(const Figure<ConfigurationResult>& figure,
                     const ConfigurationResult& configuration);

/// Whether the two say the same of everything but their segments.
bool same_facts(const ConfigurationResult& one, const ConfigurationResult& other);

/// Adds the figures of another measurement of the same plan, each as its row says. Streams beside
/// the main one are not touched.
void pool_figures(ConfigurationResult& into, const ConfigurationResult& from);
void pool_figures(Stream& into, const Stream& from);

/// The rows of that class in which the two differ, as in `file_count (818 and 50000)`.
template <typename Owner>
std::vector<std::string> differences(std::span<const Figure<Owner>> figures, PlanClass of,
                                     const Owner& one, const Owner& other) {
  std::vector<std::string> found;
  for (const Figure<Owner>& figure : figures) {
    if (figure.plan != of) continue;
    const FigureValue first = figure.value(one);
    const FigureValue second = figure.value(other);
    if (first == second) continue;
    found.push_back(std::string(figure.name) + " (" + figure_text(first) + " and " +
                    figure_text(second) + ")");
  }
  return found;
}

}  // namespace walbench::metrics
