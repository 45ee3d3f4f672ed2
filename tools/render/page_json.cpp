#include "tools/render/page_json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using Json = nlohmann::ordered_json;

/// To five digits, which is finer than anybody sees and shorter; null for a gap.
Json brief(double number) {
  if (!std::isfinite(number)) return nullptr;
  return std::stod(fmt::format("{:.5g}", number));
}

std::string_view scale_name(Axis::Scale scale) {
  switch (scale) {
    case Axis::Scale::linear: return "linear";
    case Axis::Scale::logarithmic: return "logarithmic";
    case Axis::Scale::percentile: break;
  }
  return "percentile";
}

std::string_view form_name(Chart::Form form) {
  switch (form) {
    case Chart::Form::lines: return "lines";
    case Chart::Form::bars: return "bars";
    case Chart::Form::stacked: break;
  }
  return "stacked";
}

Json axis_json(const Axis& axis) {
  Json json = {{"title", printable(axis.title)},
               {"scale", scale_name(axis.scale)},
               {"unit", printable(axis.unit)},
               {"ticks", axis.ticks}};
  if (axis.range) json["range"] = {axis.range->from, axis.range->to};
  return json;
}

/// Of bars the values alone, since they stand at whole numbers.
Json series_json(const Series& series, bool bars) {
  Json points = Json::array();
  for (const auto& [x, y] : series.points) {
    points.push_back(bars ? brief(y) : Json{brief(x), brief(y)});
  }
  Json json = {{"label", printable(series.label)},
               {"points", std::move(points)},
               {"shade", series.shade},
               {"dots", series.dots},
               {"joined", series.joined},
               {"second", series.second_axis}};
  for (const auto& interval : series.intervals) {
    json["intervals"].push_back(interval ? Json{brief(interval->first), brief(interval->second)}
                                         : Json());
  }
  return json;
}

Json view_json(const View& view) {
  const Chart chart = view.chart();
  Json json = {{"name", printable(view.name)}, {"form", form_name(chart.form)},
               {"x", axis_json(chart.x)},      {"y", axis_json(chart.y)},
               {"names", Json::array()},       {"series", Json::array()}};
  for (const std::string& name : chart.names) {
    json["names"].push_back(printable(name));
  }
  if (chart.second) json["second"] = axis_json(*chart.second);
  for (const Series& series : chart.series) {
    json["series"].push_back(series_json(series, chart.form != Chart::Form::lines));
  }
  return json;
}

}  // namespace

std::string page_json(const Document& document) {
  std::string out = "[";
  for (const Section& section : document.sections) {
    for (const Block& block : section.blocks) {
      const auto* const picture = std::get_if<Picture>(&block);
      if (picture == nullptr) continue;
      Json views = Json::array();
      for (const View& view : picture->views) {
        views.push_back(view_json(view));
      }
      if (out.size() > 1) out += ",\n";
      for (const char c : views.dump(-1, ' ', true, Json::error_handler_t::replace)) {
        if (c == '<') {
          out += "\\u003c";
        } else {
          out += c;
        }
      }
    }
  }
  return out + "]";
}

}  // namespace walbench::tools
