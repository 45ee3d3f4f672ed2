#include "metrics/result/figures.hpp"

#include <algorithm>
#include <array>

namespace walbench::metrics {
namespace {

using T = Stream;
using enum Pooling;
using enum PlanClass;

constexpr std::array kStreamFigures = {
    figure<&T::id, &StreamId::role>("role", Unit::none, first, "those who did it")
        .of_plan(identity, "role"),
    figure<&T::id, &StreamId::kind>("kind", Unit::none, first, "what they did")
        .of_plan(identity, "kind"),
    figure<&T::id, &StreamId::outcome>("outcome", Unit::none, first, "how it ended")
        .of_plan(identity, "outcome"),
    figure<&T::samples_produced>("samples_produced", Unit::count, sum, "samples handed over"),
    figure<&T::samples_recorded>("samples_recorded", Unit::count, sum, "samples in histograms"),
    figure<&T::samples_out_of_range>("samples_out_of_range", Unit::count, sum,
                                     "samples longer than a histogram holds"),
};

/// `elapsed_seconds` without `_seconds`.
std::string_view without_unit(const Figure<ConfigurationResult>& figure) {
  const std::size_t last = figure.name.rfind('_');
  const bool has_unit = figure.unit == Unit::seconds || figure.unit == Unit::ms ||
                        figure.unit == Unit::us || figure.unit == Unit::ns ||
                        figure.unit == Unit::bytes;
  return has_unit && last != std::string_view::npos ? figure.name.substr(0, last) : figure.name;
}

template <typename Owner>
const Figure<Owner>* row_of_dimension(std::span<const Figure<Owner>> figures,
                                      std::string_view dimension) {
  if (dimension.empty()) return nullptr;
  const auto found = std::ranges::find(figures, dimension, &Figure<Owner>::dimension);
  return found == figures.end() ? nullptr : &*found;
}

template <typename Owner>
bool same_figures(std::span<const Figure<Owner>> figures, const Owner& one, const Owner& other) {
  return std::ranges::all_of(figures, [&](const Figure<Owner>& row) {
    return row.set == nullptr || row.value(one) == row.value(other);
  });
}

template <typename Owner>
void pool_rows(std::span<const Figure<Owner>> figures, Owner& into, const Owner& from,
               const PoolWeights& weights) {
  for (const Figure<Owner>& row : figures) {
    if (row.set == nullptr) continue;
    const FigureValue value = pooled(row.pooling, row.value(into), row.value(from), weights);
    if (!is_absent(value)) row.set(into, value);
  }
}

}  // namespace

std::span<const Figure<Stream>> stream_figures() {
  return kStreamFigures;
}

const Figure<ConfigurationResult>* find_figure(std::string_view name) {
  const auto figures = configuration_figures();
  const auto found = std::ranges::find_if(
      figures, [name](const auto& row) { return row.name == name || without_unit(row) == name; });
  return found == figures.end() ? nullptr : &*found;
}

const Figure<ConfigurationResult>* find_dimension(std::string_view name) {
  return row_of_dimension(configuration_figures(), name);
}
const Figure<Stream>* find_stream_dimension(std::string_view name) {
  return row_of_dimension(stream_figures(), name);
}

std::string key_text(const Figure<ConfigurationResult>& figure,
                     const ConfigurationResult& configuration) {
  return figure_text(figure.value(configuration)) + (figure.unit == Unit::ms ? "ms" : "");
}

bool same_facts(const ConfigurationResult& one, const ConfigurationResult& other) {
  const auto same_stream = [](const Stream& a, const Stream& b) {
    return same_figures(stream_figures(), a, b);
  };
  return same_figures(configuration_figures(), one, other) && same_stream(one.main, other.main) &&
         std::ranges::equal(one.others, other.others, same_stream);
}

void pool_figures(ConfigurationResult& into, const ConfigurationResult& from) {
  pool_rows(configuration_figures(), into, from, {into.elapsed_seconds(), from.elapsed_seconds()});
}
void pool_figures(Stream& into, const Stream& from) {
  pool_rows(stream_figures(), into, from, {});
}

}  // namespace walbench::metrics
