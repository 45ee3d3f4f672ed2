#include "tools/render/csv.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "metrics/segment.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

constexpr std::string_view kHeader =
    "run_id,timestamp,source,role,mitigation,concurrency,profile,strategy,segment,statistic,value,"
    "unit,count\n";

constexpr std::size_t kPartBytes = 1U << 16U;

struct Statistic {
  std::string_view name;
  double percentile;
};

constexpr std::array kStatistics = {Statistic{"min", 0},        Statistic{"p50", 50},
                                    Statistic{"p90", 90},       Statistic{"p95", 95},
                                    Statistic{"p99", 99},       Statistic{"p99.9", 99.9},
                                    Statistic{"p99.99", 99.99}, Statistic{"max", 100}};

/// What all rows of one distribution have in common, from run_id to segment.
struct RowStart {
  std::string text;
};

void add_row(std::string& out, const RowStart& start, std::string_view statistic, double value,
             std::string_view unit, std::int64_t count) {
  fmt::format_to(std::back_inserter(out), "{},{},{:.9g},{},{}\n", start.text, statistic, value,
                 unit, count);
}

void add_histogram(std::string& out, const RowStart& start, const metrics::Histogram& histogram) {
  for (const Statistic& statistic : kStatistics) {
    const double ms =
        static_cast<double>(histogram.value_at_percentile(statistic.percentile)) / 1e6;
    add_row(out, start, statistic.name, ms, "ms", histogram.total_count());
  }
  add_row(out, start, "mean", histogram.mean() / 1e6, "ms", histogram.total_count());
}

/// `role`: `measured`, or the `before` and `after` of a mitigation.
void add_configuration(std::string& out, const metrics::LoadedRun& run,
                       const metrics::ConfigurationResult& configuration, std::string_view role,
                       std::string_view mitigation) {
  const metrics::ConfigurationPlanned& planned = configuration.planned;
  const auto start = [&](std::string_view segment) {
    return RowStart{fmt::format("{},{},,{},{},{},{},{},{}", csv_field(run.run_id),
                                csv_field(run.timestamp), role, csv_field(mitigation),
                                planned.threads, csv_field(planned.profile),
                                csv_field(planned.strategy), segment)};
  };
  if (configuration.elapsed_ns > 0) {
    add_row(out, start(""), "transitions_per_second", configuration.transitions_per_second(), "1/s",
            configuration.planned.files * configuration.repeats);
  }
  for (const metrics::SegmentHistogram& each : configuration.segments) {
    add_histogram(out, start(metrics::segment_name(each.segment)), each.histogram);
  }
}

void add_run(std::string& out, const metrics::LoadedRun& run) {
  for (const metrics::ConfigurationResult& configuration : run.configurations) {
    add_configuration(out, run, configuration, "measured", "");
  }
  for (const metrics::MitigationResult& each : run.mitigations) {
    add_configuration(out, run, each.baseline.pooled, "before", each.info.name);
    add_configuration(out, run, each.mitigation.pooled, "after", each.info.name);
  }
}

void add_lone(std::string& out, const metrics::LoneDistribution& lone) {
  const RowStart start{fmt::format(",,{},distribution,,,,,", csv_field(lone.path.string()))};
  if (lone.file.histogram) {
    add_histogram(out, start, *lone.file.histogram);
    return;
  }
  for (const Statistic& statistic : kStatistics) {
    add_row(out, start, statistic.name, lone.file.told_at_percentile(statistic.percentile),
            lone.file.unit_told(), lone.file.total_count);
  }
}

void write_log(const metrics::LoadedLog& log, const std::function<void(std::string_view)>& write) {
  std::string out;
  for (const metrics::LoadedLog::Stream& stream : log.streams) {
    for (const metrics::IntervalRow& row : stream.rows) {
      const RowStart start{fmt::format(",{:.3f},{},interval,,,,,{}", row.start_seconds,
                                       csv_field(log.path.string()), csv_field(stream.tag))};
      add_row(out, start, "p50", static_cast<double>(row.p50_ns) / 1e6, "ms", row.count);
      add_row(out, start, "p99", static_cast<double>(row.p99_ns) / 1e6, "ms", row.count);
      add_row(out, start, "max", static_cast<double>(row.max_ns) / 1e6, "ms", row.count);
      if (out.size() < kPartBytes) continue;
      write(out);
      out.clear();
    }
  }
  write(out);
}

}  // namespace

std::string csv_field(std::string_view text) {
  std::string field = printable(text);
  constexpr std::string_view kFormulaStarts = "=+-@";
  if (!field.empty() && kFormulaStarts.find(field.front()) != std::string_view::npos) {
    field.insert(0, "'");
  }
  if (field.find_first_of(",\"\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void write_csv(const metrics::ResultSet& set, const std::function<void(std::string_view)>& write) {
  std::string out(kHeader);
  for (const metrics::LoadedRun& run : set.runs) {
    add_run(out, run);
  }
  for (const metrics::LoneDistribution& lone : set.lone) {
    add_lone(out, lone);
  }
  write(out);
  for (const metrics::LoadedLog& log : set.logs) {
    write_log(log, write);
  }
}

}  // namespace walbench::tools
