#include "tools/document/curves.hpp"

#include <utility>

#include "metrics/histogram/percentile_curve.hpp"

namespace walbench::tools {

Chart curves_chart(const std::string& value_title, const std::string& unit) {
  return {.form = Chart::Form::lines,
          .x = {"percentile", Axis::Scale::percentile, "", {}},
          .y = {value_title, Axis::Scale::logarithmic, unit, {}},
          .second = {},
          .names = {},
          .series = {}};
}

Series curve(std::string name, const metrics::Histogram& histogram, double per_ms) {
  Series series{.label = std::move(name)};
  for (const metrics::CurvePoint& point : metrics::percentile_curve(histogram)) {
    series.points.push_back({point.inverse_distance, point.value / per_ms});
  }
  return series;
}

Series curve(std::string name, const metrics::HgrmFile& file) {
  if (file.histogram) return curve(std::move(name), *file.histogram);
  Series series{.label = std::move(name)};
  for (const metrics::CurvePoint& point : metrics::percentile_curve(file)) {
    series.points.push_back({point.inverse_distance, point.value});
  }
  return series;
}

}  // namespace walbench::tools
