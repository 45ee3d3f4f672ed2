#include "tools/document/result_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>

#include "metrics/duration.hpp"
#include "tools/document/anatomy_tables.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Histogram;
using metrics::Segment;

/// How a segment stands in the table: parts are indented below what they are parts of.
struct SegmentLine {
  Segment segment;
  int depth;
};

constexpr std::array<SegmentLine, metrics::kSegmentCount> kSegmentLines = {{
    {Segment::fsm_net, 0},         {Segment::lock_wait, 1}, {Segment::queue_wait, 2},
    {Segment::busy_wait, 2},       {Segment::statement, 1}, {Segment::commit, 1},
    {Segment::checkpoint_wait, 2}, {Segment::sync_wait, 2}, {Segment::fsm_hydrate, 1},
    {Segment::fsm_dispatch, 1},    {Segment::other, 1},     {Segment::db_total, 0},
    {Segment::transition, 0},      {Segment::mock_api, 0},  {Segment::total_wall, 0},
    {Segment::connect, 0},         {Segment::close, 1},     {Segment::attempt, 0},
    {Segment::failed_attempt, 1},  {Segment::wal_sync, 0},  {Segment::db_sync, 0},
    {Segment::checkpoint, 0},
}};

std::string milliseconds_of_ns(std::int64_t ns) {
  return format_milliseconds(static_cast<double>(ns) / 1e6);
}

std::string label(const metrics::ConfigurationPlanned& planned) {
  return printable(metrics::configuration_label(planned));
}

std::string seconds(const ConfigurationResult& configuration) {
  return metrics::format_duration(std::chrono::nanoseconds(configuration.elapsed_ns));
}

std::string segments_table(const ConfigurationResult& configuration) {
  TextTable table({"ms", "P50", "P95", "P99", "P99.9", "max"});
  for (const auto [segment, depth] : kSegmentLines) {
    const Histogram* const histogram = configuration.find(segment);
    if (histogram == nullptr) continue;
    std::vector<std::string> cells = {std::string(static_cast<std::size_t>(2 * depth), ' ') +
                                      std::string(metrics::segment_name(segment))};
    for (const double percentile : {50.0, 95.0, 99.0, 99.9}) {
      cells.push_back(milliseconds_of_ns(histogram->value_at_percentile(percentile)));
    }
    cells.push_back(milliseconds_of_ns(histogram->max()));
    table.add_row(std::move(cells));
  }
  return table.str(2);
}

/// P99.9 is an average of luck where a sample or none lies above it.
std::string few_samples_line(const ConfigurationResult& configuration) {
  constexpr std::int64_t kEnough = 1000;
  const Histogram* const net = configuration.find(Segment::fsm_net);
  if (net == nullptr || net->total_count() >= kEnough) return {};
  return fmt::format(
      "  {} samples are too few for a P99.9, which one of them decides; measure {} or more with "
      "--files\n",
      with_thousands(net->total_count()), with_thousands(kEnough));
}

std::string threads_line(const ConfigurationResult& configuration) {
  const metrics::ConcurrencyReached& reached = configuration.concurrency;
  std::string line =
      fmt::format("  {} OS threads, in flight {} at most and {:.1f} on average", reached.os_threads,
                  reached.in_flight_peak, reached.in_flight_mean);
  if (!reached.lifecycles_per_thread.empty()) {
    const auto [least, most] = std::ranges::minmax(reached.lifecycles_per_thread);
    line += fmt::format("; {} to {} lifecycles a thread, {} stolen", with_thousands(least),
                        with_thousands(most), with_thousands(reached.lifecycles_stolen));
  }
  return line + "\n";
}

std::string wal_lines(const ConfigurationResult& configuration) {
  const metrics::WalFigures& wal = configuration.wal;
  const std::string capped =
      wal.checkpoints_capped == 0
          ? ""
          : fmt::format(", {} of them by a commit at the WAL's cap", wal.checkpoints_capped);
  return fmt::format(
      "  WAL growth {} (peak {}, {} at start, {} at end); {} written in {} frames\n"
      "  {} checkpoints{} took {} ms in all and {} ms at most, and moved {} into the database\n"
      "  {} WAL syncs, {} database syncs\n",
      format_bytes(wal.growth_bytes), format_bytes(wal.peak_bytes),
      format_bytes(wal.size_start_bytes), format_bytes(wal.size_end_bytes),
      format_bytes(wal.bytes_written), with_thousands(wal.frames), with_thousands(wal.checkpoints),
      capped, milliseconds_of_ns(wal.checkpoint_ns), milliseconds_of_ns(wal.checkpoint_longest_ns),
      format_bytes(wal.db_bytes_written), with_thousands(wal.wal_syncs),
      with_thousands(wal.db_syncs));
}

std::string counts_lines(const ConfigurationResult& configuration) {
  return fmt::format(
      "  busy handler slept {} times, stale snapshots retried {}, OCC conflicts {}\n"
      "  samples: {} produced = {} recorded + {} out of range\n",
      with_thousands(configuration.busy_retries), with_thousands(configuration.snapshot_retries),
      with_thousands(configuration.occ_conflicts), with_thousands(configuration.samples_produced),
      with_thousands(configuration.samples_recorded),
      with_thousands(configuration.samples_out_of_range));
}

std::string transaction_text(std::int64_t group_size) {
  return group_size == 1 ? "one in a transaction"
                         : fmt::format("{} in a transaction", with_thousands(group_size));
}

std::string share_text(const ConfigurationResult& configuration) {
  const std::optional<double> share = configuration.ceiling_share();
  return share ? fmt::format("{:.2f}", *share) : "-";
}

/// What some configurations alone have: groups, a ceiling, calls that fail, a batch's risk.
std::string special_lines(const ConfigurationResult& configuration) {
  std::string lines;
  if (configuration.groups.groups > 0) {
    const metrics::GroupsCommitted& groups = configuration.groups;
    lines += fmt::format("  {} groups of {:.1f} writes on average, P50 {}, {} at most\n",
                         with_thousands(groups.groups), groups.size_mean(), groups.size_p50,
                         groups.size_max);
  }
  if (configuration.ceiling) {
    lines +=
        fmt::format("  {} of the ceiling: {} writes/s of {} that one thread writes raw, {}\n",
                    share_text(configuration), with_thousands(configuration.writes_per_second()),
                    with_thousands(configuration.ceiling->writes_per_second),
                    transaction_text(configuration.ceiling->group_size));
  }
  if (configuration.planned.api_fail_rate > 0) {
    lines += fmt::format("  API: {} calls, {} failed and were retried; {} transitions written\n",
                         with_thousands(configuration.api_calls),
                         with_thousands(configuration.api_failures),
                         with_thousands(configuration.writes));
  }
  if (configuration.unsaved_peak > 0) {
    lines += fmt::format(
        "  RISK: up to {} transitions were acknowledged and not yet durable; a crash would have "
        "lost them\n",
        with_thousands(configuration.unsaved_peak));
  }
  return lines;
}

std::string checkpoint_text(const metrics::ConfigurationPlanned& planned) {
  if (planned.checkpoint == "off") return planned.checkpoint;
  const std::string every =
      fmt::format("{} every {} frames", planned.checkpoint, planned.checkpoint_every_frames);
  return planned.wal_cap_frames == 0 ? every
                                     : fmt::format("{}, cap {}", every, planned.wal_cap_frames);
}

std::string settings_line(const ConfigurationResult& configuration) {
  const metrics::ConfigurationPlanned& planned = configuration.planned;
  const metrics::SettingsReadBack& settings = configuration.settings;
  return printable(fmt::format(
             "  connection {}, commit {}, begin {}, guard {}, queue {}; schema {}, synchronous {}, "
             "busy_timeout {} ms, checkpoint {}, API delay {}",
             planned.connection, planned.commit, planned.begin, planned.guard, planned.queue,
             planned.schema, settings.synchronous, settings.busy_timeout_ms,
             checkpoint_text(planned), planned.api_delay.empty() ? "0" : planned.api_delay)) +
         "\n";
}

std::string verdict_word(bool passed) {
  return passed ? "PASS" : "FAIL";
}

std::string verdict_lines(const ConfigurationResult& configuration) {
  std::string lines;
  if (const auto contention = metrics::judge_wal_contention(configuration)) {
    lines += "  WAL contention: " + contention->evidence + "\n";
  }
  for (const metrics::LimitVerdict& verdict : configuration.verdicts) {
    lines += "  " +
             printable(fmt::format("{}: {}  {}", verdict.limit, verdict_word(verdict.passed),
                                   verdict.evidence)) +
             "\n";
  }
  if (configuration.verdicts.empty()) lines += "  no gate is set for this configuration\n";
  return lines;
}

std::string overall_verdict(const ConfigurationResult& configuration) {
  if (configuration.verdicts.empty()) return "-";
  return verdict_word(std::ranges::all_of(configuration.verdicts, &metrics::LimitVerdict::passed));
}

std::string percentile_cell(const ConfigurationResult& configuration, Segment segment,
                            double percentile) {
  const Histogram* const histogram = configuration.find(segment);
  if (histogram == nullptr) return "-";
  return milliseconds_of_ns(histogram->value_at_percentile(percentile));
}

}  // namespace

std::string format_milliseconds(double ms) {
  const double size = std::abs(ms);
  if (size >= 100) return fmt::format("{:.1f}", ms);
  if (size >= 10) return fmt::format("{:.2f}", ms);
  if (size >= 0.01 || size == 0) return fmt::format("{:.3f}", ms);
  return fmt::format("{:.5f}", ms);
}

std::string render_configuration(const ConfigurationResult& configuration) {
  std::string out =
      fmt::format("{}: {}{} files, {}\n", label(configuration.planned),
                  configuration.repeats > 1 ? fmt::format("{} x ", configuration.repeats) : "",
                  with_thousands(configuration.planned.files),
                  configuration.verified ? "database verified" : "DATABASE NOT VERIFIED");
  out += settings_line(configuration);
  out += fmt::format("  elapsed {}, {} transitions/s, {} commits/s\n", seconds(configuration),
                     with_thousands(configuration.transitions_per_second()),
                     with_thousands(configuration.commits_per_second()));
  out += threads_line(configuration) + "\n" + segments_table(configuration) +
         few_samples_line(configuration) + "\n" + render_anatomy(configuration) +
         wal_lines(configuration) + counts_lines(configuration) + special_lines(configuration) +
         verdict_lines(configuration);
  return out;
}

std::string render_overview(const std::vector<ConfigurationResult>& configurations) {
  TextTable table({"configuration", "elapsed", "transitions/s", "commits/s", "db P50", "db P95",
                   "lock P95", "dispatch P95", "net P50", "net P95", "net P99", "net max",
                   "WAL growth", "of ceiling", "verdict"});
  for (const ConfigurationResult& each : configurations) {
    const Histogram* const net = each.find(Segment::fsm_net);
    table.add_row(
        {label(each.planned), seconds(each), with_thousands(each.transitions_per_second()),
         with_thousands(each.commits_per_second()), percentile_cell(each, Segment::db_total, 50),
         percentile_cell(each, Segment::db_total, 95),
         percentile_cell(each, Segment::lock_wait, 95),
         percentile_cell(each, Segment::fsm_dispatch, 95),
         percentile_cell(each, Segment::fsm_net, 50), percentile_cell(each, Segment::fsm_net, 95),
         percentile_cell(each, Segment::fsm_net, 99),
         net == nullptr ? "-" : milliseconds_of_ns(net->max()), format_bytes(each.wal.growth_bytes),
         share_text(each), overall_verdict(each)});
  }
  return table.str(0);
}

std::string render_contention(const std::vector<ConfigurationResult>& configurations) {
  std::string out = "WAL contention\n";
  for (const ConfigurationResult& each : configurations) {
    const auto contention = metrics::judge_wal_contention(each);
    out += fmt::format("  {}: {}\n", label(each.planned),
                       contention ? contention->evidence : "not known");
  }
  return out;
}

std::string render_bottleneck(const std::vector<ConfigurationResult>& configurations) {
  const auto bottleneck = metrics::find_bottleneck(configurations);
  if (!bottleneck) return {};
  return printable(fmt::format("bottleneck: {}; root cause: {}", bottleneck->segment,
                               bottleneck->root_cause)) +
         "\n  " + printable(bottleneck->evidence) + "\n";
}

}  // namespace walbench::tools
