#include "engine/study.hpp"

#include <optional>
#include <utility>

#include "engine/ceiling.hpp"

namespace walbench::engine {
namespace {

using metrics::ConfigurationResult;

/// One study on its way through its plan.
class Study {
 public:
  Study(const RunPlan& plan, const RunContext& context, StudyListener& listener)
      : plan_(plan), context_(context), listener_(listener) {}

  void run() {
    if (plan_.ceiling) measure_ceilings();
    for (const ConfigurationPlan& configuration : plan_.configurations) {
      auto result = measure(configuration, context_);
      if (!result) continue;
      measure_ceilings_again({&configuration});
      hold_against_ceiling(configuration, *result);
      listener_.on_measured(std::move(*result));
    }
    for (const MitigationPlan& mitigation : plan_.mitigations) {
      const std::size_t after = index_ + 2 * static_cast<std::size_t>(mitigation.repeats);
      measure_pairs(mitigation);
      index_ = after;
    }
  }

 private:
  void measure_ceilings() {
    ceilings_.emplace(plan_, context_);
    try {
      ceilings_->measure_all();
      listener_.on_ceiling(ceilings_->points());
    } catch (const RunFailed& failed) {
      ceilings_.reset();
      listener_.on_failed({"ceiling", failed.phase(), failed.what(), failed.remedy(), {}, {}});
    }
  }

  /// If this fails or is stopped, the ceilings that were measured before are still handed over.
  void measure_ceilings_again(std::initializer_list<const ConfigurationPlan*> held_against) {
    if (!ceilings_) return;
    try {
      ceilings_->measure_again(held_against);
    } catch (const RunInterrupted&) {
      return;  // The next measurement finds the stop.
    } catch (const RunFailed& failed) {
      listener_.on_failed({"ceiling", failed.phase(), failed.what(), failed.remedy(), {}, {}});
      return;
    }
    listener_.on_ceiling(ceilings_->points());
  }

  void hold_against_ceiling(const ConfigurationPlan& plan, ConfigurationResult& result) const {
    if (ceilings_) result.ceiling = ceilings_->of(plan);
  }

  void measure_pairs(const MitigationPlan& pairs) {
    RunContext without_log = context_;
    without_log.open_interval_log = nullptr;
    for (std::int64_t repeat = 0; repeat < pairs.repeats; ++repeat) {
      auto baseline = measure(pairs.baseline, without_log, pairs.info.name);
      if (!baseline) return;
      auto mitigation = measure(pairs.mitigation, without_log, pairs.info.name);
      if (!mitigation) return;
      measure_ceilings_again({&pairs.baseline, &pairs.mitigation});
      hold_against_ceiling(pairs.baseline, *baseline);
      hold_against_ceiling(pairs.mitigation, *mitigation);
      listener_.on_pair(pairs, std::move(*baseline), std::move(*mitigation));
    }
  }

  /// No value if it failed; the listener has been called then.
  std::optional<ConfigurationResult> measure(const ConfigurationPlan& configuration,
                                             const RunContext& context,
                                             const std::string& for_mitigation = {}) {
    try {
      const std::size_t index = index_++;
      if (context.children != nullptr && configuration.needs_own_process()) {
        return context.children->measure(configuration, index, context);
      }
      return measure_configuration(configuration, index, context);
    } catch (const RunFailed& failed) {
      listener_.on_failed({label(configuration), failed.phase(), failed.what(), failed.remedy(),
                           configuration.planned(), for_mitigation});
      return std::nullopt;
    }
  }

  const RunPlan& plan_;
  const RunContext& context_;
  StudyListener& listener_;
  std::optional<Ceilings> ceilings_;
  std::size_t index_ = 0;  ///< of the next measurement, as RunPlan::measurements() counts
};

}  // namespace

void measure_all(const RunPlan& plan, const RunContext& context, StudyListener& listener) {
  Study(plan, context, listener).run();
}

}  // namespace walbench::engine
