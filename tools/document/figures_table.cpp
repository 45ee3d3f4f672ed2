#include "tools/document/figures_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/figures.hpp"
#include "metrics/result/key.hpp"
#include "metrics/segment.hpp"
#include "metrics/units.hpp"
#include "tools/document/cells.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;

using metrics::kNsPerMs;

struct Statistic {
  std::string name;
  double percentile;
};

std::vector<Statistic> statistics_of(const Percentiles& percentiles) {
  constexpr std::array kUsual = {50.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0};
  std::vector<Statistic> statistics = {{"min", 0}};
  const auto add = [&](double percentile) {
    statistics.push_back(
        {percentile == 100 ? "max" : fmt::format("p{:.10g}", percentile), percentile});
  };
  if (percentiles.empty()) std::ranges::for_each(kUsual, add);
  std::ranges::for_each(percentiles, add);
  return statistics;
}

/// Columns of `figures_table`.
enum At : std::uint8_t {
  kRunId,
  kTimestamp,
  kSource,
  kRole,
  kMitigation,
  kConcurrency,
  kProfile,
  kStrategy,
  kSegment,
  kStatistic,
  kValue,
  kUnit,
  kCount,
  kColumns
};

/// Hands over rows that differ in what is measured alone. Once the sink has had enough, no more.
class Writer {
 public:
  Writer(const RowSink& sink, const Percentiles& percentiles)
      : sink_(sink), statistics_(statistics_of(percentiles)) {
    row_.resize(kColumns);
  }

  void begin() { row_.assign(kColumns, {}); }
  void set(At column, std::string_view text) { row_[column].text = text; }
  void set_number(At column, std::int64_t number) {
    row_[column].number = static_cast<double>(number);
  }
  void write(std::string_view statistic, std::optional<double> value, std::string_view unit,
             std::int64_t count) {
    set(kStatistic, statistic);
    row_[kValue].number = value;
    set(kUnit, unit);
    set_number(kCount, count);
    wanted_ = wanted_ && sink_(row_);
  }
  /// Percentiles of no samples have empty values. Values are in milliseconds once they are divided
  /// by `per_ms`.
  void write(const metrics::Histogram& histogram, double per_ms = kNsPerMs) {
    const std::int64_t count = histogram.total_count();
    const auto write_value = [&](std::string_view name, double value) {
      write(name, count == 0 ? std::nullopt : std::optional(value / per_ms), "ms", count);
    };
    for (const Statistic& each : statistics_) {
      write_value(each.name, static_cast<double>(histogram.value_at_percentile(each.percentile)));
    }
    write_value("mean", histogram.mean());
  }
  void write(const metrics::HgrmFile& file) {
    const std::string_view unit = unit_or_unknown(file);
    for (const Statistic& each : statistics_) {
      const auto told = file.value_at_percentile(each.percentile);
      write(each.name, told ? std::optional(told->value) : std::nullopt, unit, file.total_count);
      if (told && told->above) write(each.name + "_above", *told->above, unit, file.total_count);
    }
    if (file.mean && file.total_count > 0) write("mean", *file.mean, unit, file.total_count);
  }
  bool wanted() const { return wanted_; }

 private:
  const RowSink& sink_;
  std::vector<Statistic> statistics_;
  Row row_;
  bool wanted_ = true;
};

/// The figures of a stream beside the main one.
void write_stream(const metrics::Stream& stream, std::string_view name, Writer& writer) {
  writer.set(kSegment, name);
  for (const auto& figure : metrics::stream_figures()) {
    const auto number = metrics::figure_number(figure.value(stream));
    if (number) writer.write(figure.name, *number, unit_text(figure.unit), stream.samples_recorded);
  }
}

/// `role`: `measured`, or the `before` and `after` of a mitigation.
void write_configuration(const metrics::LoadedRun& run, const ConfigurationResult& configuration,
                         std::string_view role, std::string_view mitigation, Writer& writer) {
  const metrics::ConfigurationPlanned& planned = configuration.planned;
  writer.begin();
  writer.set(kRunId, run.run_id);
  writer.set(kTimestamp, run.timestamp);
  writer.set(kRole, role);
  writer.set(kMitigation, mitigation);
  writer.set_number(kConcurrency, planned.threads);
  writer.set(kProfile, planned.profile);
  writer.set(kStrategy, planned.strategy);
  for (const auto& figure : metrics::configuration_figures()) {
    if (figure.plan != metrics::PlanClass::measured) continue;
    const auto number = metrics::figure_number(figure.value(configuration));
    if (!number || !std::isfinite(*number)) continue;
    writer.write(figure.name, *number, unit_text(figure.unit),
                 planned.files * configuration.repeats);
  }
  for (const metrics::Stream* const stream : configuration.streams()) {
    const std::string name = configuration.name_of(*stream);
    if (!name.empty()) write_stream(*stream, name, writer);
    for (const metrics::SegmentHistogram& each : stream->segments) {
      writer.set(kSegment, metrics::segment_name(name, each.segment));
      writer.write(each.histogram);
    }
  }
}

void write_lone(const metrics::LoneDistribution& lone, Writer& writer) {
  writer.begin();
  writer.set(kSource, lone.name);
  writer.set(kRole, "distribution");
  if (lone.file.histogram) {
    writer.write(*lone.file.histogram);
  } else {
    writer.write(lone.file);
  }
}

void write_log(const metrics::LoadedLog& log, Writer& writer) {
  writer.begin();
  writer.set(kSource, log.path.string());
  writer.set(kRole, "total");
  const double per_ms = kNsPerMs / static_cast<double>(log.ns_per_unit);
  for (const metrics::LoadedLog::Stream& stream : log.streams) {
    if (!writer.wanted()) return;
    writer.set(kSegment, stream.tag);
    writer.write(stream.total.histogram(), per_ms);
    writer.write("samples_per_second", stream.samples_per_second(), "1/s",
                 stream.total.total_count());
  }
  writer.set(kRole, "interval");
  for (const metrics::LoadedLog::Stream& stream : log.streams) {
    writer.set(kSegment, stream.tag);
    for (const metrics::IntervalRow& row : stream.rows) {
      if (!writer.wanted()) return;
      writer.set(kTimestamp, fmt::format("{:.3f}", row.start_seconds));
      const auto write = [&](std::string_view name, std::int64_t ns) {
        const double ms = static_cast<double>(ns) / kNsPerMs;
        writer.write(name, row.count == 0 ? std::nullopt : std::optional(ms), "ms", row.count);
      };
      write("p50", row.p50_ns);
      write("p99", row.p99_ns);
      write("max", row.max_ns);
    }
  }
}

void write_figures(const metrics::ResultSet& set, const Percentiles& percentiles,
                   const RowSink& sink) {
  Writer writer(sink, percentiles);
  for (const metrics::LoadedRun& run : set.runs) {
    for (const ConfigurationResult& configuration : run.configurations) {
      write_configuration(run, configuration, "measured", "", writer);
    }
    for (const metrics::MitigationResult& each : run.mitigations) {
      write_configuration(run, each.baseline.pooled, "before", each.info.name, writer);
      write_configuration(run, each.mitigation.pooled, "after", each.info.name, writer);
    }
  }
  for (const metrics::LoneDistribution& lone : set.lone) {
    write_lone(lone, writer);
  }
  for (const metrics::LoadedLog& log : set.logs) {
    write_log(log, writer);
  }
}

/// A configuration, and what its column is called.
struct Side {
  std::string name;
  const ConfigurationResult* of;
};

std::vector<Side> sides_of(const RunView& run) {
  std::vector<Side> sides;
  sides.reserve(run.configurations.size() + 2 * run.mitigations.size());
  for (const ConfigurationResult& each : run.configurations) {
    sides.push_back({metrics::configuration_label(each.planned), &each});
  }
  for (const metrics::MitigationResult& each : run.mitigations) {
    if (!each.baseline.repeats.empty()) {
      sides.push_back({"before " + each.info.name, &each.baseline.pooled});
    }
    if (!each.mitigation.repeats.empty()) {
      sides.push_back({"after " + each.info.name, &each.mitigation.pooled});
    }
  }
  return sides;
}

}  // namespace

Section figures_section(const RunView& run) {
  Section section{"Every figure" + run.suffix};
  const std::vector<Side> sides = sides_of(run);
  if (sides.empty()) return section;
  Table table{"Figures as they stand in JSON", {{"figure"}, {"unit"}}};
  for (const Side& side : sides) {
    table.columns.push_back({side.name});
  }
  table.columns.push_back({"meaning", true});
  for (const auto& figure : metrics::configuration_figures()) {
    Row row = {{std::string(figure.name), {}}, {std::string(unit_text(figure.unit)), {}}};
    bool known = false;
    for (const Side& side : sides) {
      const metrics::FigureValue value = figure.value(*side.of);
      known = known || !metrics::is_absent(value);
      row.push_back({metrics::figure_text(value), metrics::figure_number(value)});
    }
    row.push_back({std::string(figure.meaning), {}});
    if (known) table.rows.push_back(std::move(row));
  }
  section.add(std::move(table));
  return section;
}

Table figures_table(const metrics::ResultSet& set, const Percentiles& percentiles) {
  Table table{"figures",
              columns({"run_id", "timestamp", "source", "role", "mitigation", "concurrency",
                       "profile", "strategy", "segment", "statistic", "value", "unit", "count"})};
  table.stream = [&set, percentiles](const RowSink& sink) {
    write_figures(set, percentiles, sink);
  };
  return table;
}

}  // namespace walbench::tools
