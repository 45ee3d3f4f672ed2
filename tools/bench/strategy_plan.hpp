#pragma once

#include <string>
#include <vector>

#include "metrics/analysis/gate.hpp"
#include "storage/axes.hpp"
#include "storage/sqlite/connection_settings.hpp"
#include "tools/bench/bench_plan.hpp"

namespace walbench::tools {

// All of these throw std::invalid_argument, with a sentence that names the option.

/// The standard gates, then these.
std::vector<metrics::Gate> gates_of(const std::vector<std::string>& values);

/// The strategy's axes, with what overrides them.
storage::Axes effective_axes(const BenchArguments& arguments);

/// How a configuration with these axes checkpoints. Connections that close after each file keep
/// checkpointing by themselves where a checkpointer was asked for; see
/// require_background_sensible().
storage::CheckpointPlan checkpoint_plan(const BenchArguments& arguments, const storage::Axes& axes);

/// Refuses a checkpointer for the strategy that the run is about where it would hide what that
/// costs. Mitigations of other kinds are measured as they can be.
void require_background_sensible(const BenchArguments& arguments, const storage::Axes& axes);

}  // namespace walbench::tools
