#include "tools/document/surroundings_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "metrics/analysis/bottleneck.hpp"
#include "tools/document/document_cells.hpp"

namespace walbench::tools {
namespace {

DocumentTable settings(const metrics::LoadedRun& run) {
  DocumentTable table{"Settings, as read back from SQLite",
                      {"configuration", "files", "connection", "commit", "begin", "guard", "queue",
                       "schema", "synchronous", "busy_timeout ms", "checkpoint", "API delay"},
                      {}};
  for (const metrics::ConfigurationResult& each : run.configurations) {
    const metrics::ConfigurationPlanned& planned = each.planned;
    table.rows.push_back({{metrics::configuration_label(planned), {}},
                          count_cell(planned.files),
                          {planned.connection, {}},
                          {planned.commit, {}},
                          {planned.begin, {}},
                          {planned.guard, {}},
                          {planned.queue, {}},
                          {planned.schema, {}},
                          {each.settings.synchronous, {}},
                          count_cell(each.settings.busy_timeout_ms),
                          {planned.checkpoint, {}},
                          {planned.api_delay.empty() ? "0" : planned.api_delay, {}}});
  }
  return table;
}

DocumentTable surroundings(const metrics::Environment& environment) {
  DocumentTable table{"Environment", {"what", "value"}, {}};
  const auto add = [&](const char* what, std::string value) {
    table.rows.push_back({{what, {}}, {value.empty() ? "none" : std::move(value), {}}});
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
  add("SQLite compile options",
      fmt::format("{}", fmt::join(environment.sqlite_compile_options, " ")));
  add("oneTBB", environment.onetbb_version);
  add("clock",
      fmt::format("{} ns resolution, {:.1f} ns a reading",
                  environment.self_cost.clock_resolution_ns, environment.self_cost.clock_read_ns));
  add("cost of measuring",
      fmt::format("{:.1f} ns a record, {:.1f} ns a sample", environment.self_cost.record_enqueue_ns,
                  environment.self_cost.sample_record_ns));
  return table;
}

}  // namespace

DocumentSection surroundings_section(const metrics::LoadedRun& run, const std::string& suffix) {
  DocumentSection section{"Environment and settings" + suffix, true, {}};
  if (run.environment) section.blocks.emplace_back(surroundings(*run.environment));
  if (!run.configurations.empty()) section.blocks.emplace_back(settings(run));
  section.blocks.emplace_back("Environment digest " + run.environment_digest +
                              ": runs with another one were measured in other surroundings.");
  return section;
}

}  // namespace walbench::tools
