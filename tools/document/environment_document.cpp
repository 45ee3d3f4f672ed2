#include "tools/document/environment_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "metrics/result/key.hpp"
#include "tools/document/cells.hpp"

namespace walbench::tools {
namespace {

std::string checkpoint_text(const metrics::ConfigurationPlanned& planned) {
  if (planned.checkpoint == "off") return planned.checkpoint;
  const std::string every =
      fmt::format("{} every {} frames", planned.checkpoint, planned.checkpoint_every_frames);
  return planned.wal_cap_frames == 0 ? every
                                     : fmt::format("{}, cap {}", every, planned.wal_cap_frames);
}

Table settings(const RunView& run) {
  const bool scripts = words_of(run).of_scripts;
  Table table{"Settings, as read back from SQLite",
              columns({"configuration", "connection", "commit", "begin", "queue", "synchronous",
                       "busy_timeout ms", "checkpoint", "SQLite"})};
  // Scripts have statements, tables and pauses of their own.
  if (!scripts) {
    std::ranges::move(columns({"files", "guard", "schema", "API delay"}),
                      std::back_inserter(table.columns));
  }
  const auto add = [&](const metrics::ConfigurationResult& each) {
    const metrics::ConfigurationPlanned& planned = each.planned;
    const std::string& sqlite = each.settings.sqlite_version;
    Row row = {{metrics::configuration_label(planned), {}},
               {planned.connection, {}},
               {planned.commit, {}},
               {planned.begin, {}},
               {planned.queue, {}},
               {each.settings.synchronous, {}},
               count_cell(each.settings.busy_timeout_ms),
               {checkpoint_text(planned), {}},
               {sqlite.empty() ? "-" : sqlite, {}}};
    if (!scripts) {
      row.insert(row.end(), {count_cell(planned.files),
                             {planned.guard, {}},
                             {planned.schema, {}},
                             {planned.api_delay.empty() ? "0" : planned.api_delay, {}}});
    }
    table.rows.push_back(std::move(row));
  };
  for (const metrics::ConfigurationResult& each : run.configurations) {
    add(each);
  }
  for (const metrics::MitigationResult& each : run.mitigations) {
    if (!each.mitigation.repeats.empty()) add(each.mitigation.pooled);
  }
  return table;
}

Table environment_table(const metrics::Environment& environment, const metrics::Words& words) {
  Table table{"Environment", {{"property"}, {"value", true}}};
  const auto add = [&](const char* property, std::string value) {
    table.rows.push_back({{property, {}}, {value.empty() ? "none" : std::move(value), {}}});
  };
  add("walbench", environment.walbench_version);
  add("build", environment.build_type);
  add("sanitizers", environment.sanitizers);
  add("compiler", environment.compiler);
  add("kernel", environment.kernel);
  add("CPU", fmt::format("{}, {} of them", environment.cpu_model, environment.cpu_count));
  add("governor", environment.cpu_governor);
  add("load average at start", fmt::format("{:.2f}", environment.load_average_1min));
  add("file system", environment.file_system + " " + environment.mount_options);
  add("rotating disk", environment.rotates);
  add("SQLite", environment.sqlite_version + " " + environment.sqlite_source_id);
  add("WAL-reset bug", environment.sqlite_wal_reset_bug ? "yes: this SQLite can lose commits"
                                                        : "no: this SQLite does not have it");
  add("SQLite compile options",
      fmt::format("{}", fmt::join(environment.sqlite_compile_options, " ")));
  add("oneTBB", environment.onetbb_version);
  add("clock",
      fmt::format("{} ns resolution, {:.1f} ns a reading",
                  environment.self_cost.clock_resolution_ns, environment.self_cost.clock_read_ns));
  add("cost of measuring",
      fmt::format("{:.1f} ns to hand over the timings of one {}, {:.1f} ns a sample in the "
                  "collector's thread",
                  environment.self_cost.record_enqueue_ns, words.iteration,
                  environment.self_cost.sample_record_ns));
  return table;
}

}  // namespace

Section settings_section(const RunView& run) {
  Section section{"Settings" + run.suffix};
  if (!run.configurations.empty() || !run.mitigations.empty()) {
    section.add(settings(run));
  }
  return section;
}

Section environment_section(const RunView& run) {
  Section section{"Environment" + run.suffix};
  if (run.environment != nullptr) section.add(environment_table(*run.environment, words_of(run)));
  section.add(Sentence{"Environment digest " + run.environment_digest +
                       ": runs with another digest were measured in another environment."});
  return section;
}

}  // namespace walbench::tools
