#include "metrics/result/figure.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace walbench::metrics {
namespace {

struct Text {
  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(const std::string& text) const { return text.empty() ? "none" : text; }
  template <typename T>
  std::string operator()(const std::vector<T>& list) const {
    return fmt::format("{}", fmt::join(list, " "));
  }
  template <typename T>
  std::string operator()(const T& number) const {
    return fmt::format("{}", number);
  }
};

FigureValue sum_of(const FigureValue& into, const FigureValue& from) {
  if (const auto* const number = std::get_if<std::int64_t>(&into)) {
    return *number + std::get<std::int64_t>(from);
  }
  if (const auto* const number = std::get_if<double>(&into))
    return *number + std::get<double>(from);
  auto list = std::get<std::vector<std::int64_t>>(into);
  const auto& added = std::get<std::vector<std::int64_t>>(from);
  list.resize(std::max(list.size(), added.size()));
  for (std::size_t index = 0; index < added.size(); ++index) {
    list[index] += added[index];
  }
  return list;
}

FigureValue mean_of(const FigureValue& into, const FigureValue& from, const PoolWeights& weights) {
  const double total = weights.into + weights.from;
  if (total <= 0) return into;
  return (std::get<double>(into) * weights.into + std::get<double>(from) * weights.from) / total;
}

}  // namespace

Spans union_of(const Spans& one, const Spans& other) {
  std::vector<std::pair<std::int64_t, std::int64_t>> all;
  for (const Spans* const spans : {&one, &other}) {
    for (std::size_t index = 0; index + 1 < spans->size(); index += 2) {
      all.emplace_back((*spans)[index], (*spans)[index + 1]);
    }
  }
  std::ranges::sort(all);
  Spans merged;
  for (const auto& [start, end] : all) {
    if (!merged.empty() && start < merged.back()) {
      merged.back() = std::max(merged.back(), end);
    } else {
      merged.insert(merged.end(), {start, end});
    }
  }
  return merged;
}

std::string figure_text(const FigureValue& value) {
  return std::visit(Text{}, value);
}

std::optional<double> figure_number(const FigureValue& value) {
  if (const auto* const number = std::get_if<std::int64_t>(&value)) {
    return static_cast<double>(*number);
  }
  if (const auto* const number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

FigureValue pooled(Pooling pooling, const FigureValue& into, const FigureValue& from,
                   const PoolWeights& weights) {
  if (pooling == Pooling::first) return into;
  if (pooling == Pooling::last) return from;
  // One that cannot tell leaves nothing to tell of all.
  if (is_absent(into) || is_absent(from)) return std::monostate();
  switch (pooling) {
    case Pooling::sum: return sum_of(into, from);
    case Pooling::largest: return std::max(into, from);
    case Pooling::smallest: return std::min(into, from);
    case Pooling::union_of_spans: return union_of(std::get<Spans>(into), std::get<Spans>(from));
    default: return mean_of(into, from, weights);
  }
}

}  // namespace walbench::metrics
