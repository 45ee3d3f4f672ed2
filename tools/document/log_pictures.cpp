#include "tools/document/log_pictures.hpp"

#include <set>
#include <string>
#include <utility>

#include "metrics/units.hpp"
#include "tools/document/curves.hpp"

namespace walbench::tools {
Picture totals_picture(const metrics::LoadedLog& log) {
  Picture picture{"totals",
                  "Latency by percentile over the whole log. A curve ends at the slowest sample.",
                  "Percentile curves of the totals in the table that follows.",
                  {}};
  picture.views.push_back({"all of the log", [&log] {
                             Chart chart = curves_chart("value", "ms");
                             const double per_ms =
                                 metrics::kNsPerMs / static_cast<double>(log.ns_per_unit);
                             for (const metrics::LoadedLog::Stream& stream : log.streams) {
                               chart.series.push_back(curve(stream.tag.empty() ? "all" : stream.tag,
                                                            stream.total.histogram(), per_ms));
                             }
                             return chart;
                           }});
  return picture;
}

Picture lone_picture(const std::vector<metrics::LoneDistribution>& lone) {
  Picture picture{"lone",
                  "Value by percentile; a view for each unit.",
                  "Percentile curves of the files in the table that follows.",
                  {}};
  std::set<std::string> units;
  for (const metrics::LoneDistribution& each : lone) {
    units.insert(each.file.unit);
  }
  for (const std::string& unit : units) {
    const std::string title = unit.empty() ? "value, in the unit of the file" : "value, " + unit;
    picture.views.push_back({title, [&lone, title, unit] {
                               Chart chart = curves_chart(title, unit);
                               for (const metrics::LoneDistribution& each : lone) {
                                 if (each.file.unit != unit) continue;
                                 chart.series.push_back(curve(each.name, each.file));
                               }
                               return chart;
                             }});
  }
  return picture;
}

}  // namespace walbench::tools
