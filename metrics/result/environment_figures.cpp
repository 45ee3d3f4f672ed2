#include <array>

#include "metrics/result/figures.hpp"

namespace walbench::metrics {
namespace {

using E = Environment;
using M = MitigationInfo;
using enum Pooling;
using enum PlanClass;

constexpr std::array kEnvironmentFigures = {
    derived<E>("digest", Unit::none, "over what must be equal to compare",
               [](const E& each) -> FigureValue { return environment_digest(each); }),
    figure<&E::walbench_version>("walbench_version", Unit::none, first, "of the program")
        .of_plan(told),
    figure<&E::build_type>("build_type", Unit::none, first, "of the program").of_plan(host),
    figure<&E::sanitizers>("sanitizers", Unit::none, first, "compiled in").of_plan(host),
    figure<&E::compiler>("compiler", Unit::none, first, "of the program").of_plan(told),
    figure<&E::kernel>("kernel", Unit::none, first, "name, release and machine").of_plan(told),
    figure<&E::cpu_model>("cpu_model", Unit::none, first, "of the machine").of_plan(host),
    figure<&E::cpu_count>("cpu_count", Unit::count, first, "hardware threads").of_plan(host),
    figure<&E::cpu_governor>("cpu_governor", Unit::none, first, "of the first CPU").of_plan(host),
    figure<&E::load_average_1min>("load_average_1min", Unit::count, first, "before the run"),
    figure<&E::file_system>("file_system", Unit::none, first, "of the database").of_plan(host),
    figure<&E::mount_options>("mount_options", Unit::none, first, "of it").of_plan(told),
    figure<&E::rotates>("rotates", Unit::none, first, "whether its disk does").of_plan(host),
    figure<&E::sqlite_version>("sqlite_version", Unit::none, first, "that was loaded")
        .of_plan(told),
    figure<&E::sqlite_source_id>("sqlite_source_id", Unit::none, first, "that was loaded")
        .of_plan(told),
    figure<&E::sqlite_compile_options>("sqlite_compile_options", Unit::none, first, "of it")
        .of_plan(told),
    figure<&E::sqlite_wal_reset_bug>("sqlite_wal_reset_bug", Unit::none, first,
                                     "whether it can lose commits when the WAL starts over")
        .of_plan(told),
    figure<&E::onetbb_version>("onetbb_version", Unit::none, first, "that was loaded")
        .of_plan(told),
    figure<&E::self_cost, &SelfCost::clock_resolution_ns>("clock_resolution_ns", Unit::ns, first,
                                                          "smallest step of the clock"),
    figure<&E::self_cost, &SelfCost::clock_read_ns>("clock_read_ns", Unit::ns, first,
                                                    "one reading of the clock"),
    figure<&E::self_cost, &SelfCost::record_enqueue_ns>("record_enqueue_ns", Unit::ns, first,
                                                        "handing over one record"),
    figure<&E::self_cost, &SelfCost::sample_record_ns>("sample_record_ns", Unit::ns, first,
                                                       "recording one sample"),
};

constexpr std::array kMitigationFigures = {
    figure<&M::name>("name", Unit::none, first, "as on the command line"),
    figure<&M::kind>("kind", Unit::none, first,
                     "how deep it reaches: setting, pool, code or architecture"),
    figure<&M::description>("description", Unit::none, first, "what changes"),
    figure<&M::cost>("cost", Unit::none, first, "what it costs"),
    figure<&M::risk>("risk", Unit::none, first, "what it endangers"),
    figure<&M::effort>("effort", Unit::none, first, "1 is the simplest"),
    figure<&M::recommendable>("recommendable", Unit::none, first, "whether it may be recommended"),
    figure<&M::measured_together>("measured_together", Unit::count, first,
                                  "mitigations of the study, for which intervals are widened")
        .within(1, 1e6),
};

}  // namespace

std::span<const Figure<Environment>> environment_figures() {
  return kEnvironmentFigures;
}
std::span<const Figure<MitigationInfo>> mitigation_figures() {
  return kMitigationFigures;
}

}  // namespace walbench::metrics
