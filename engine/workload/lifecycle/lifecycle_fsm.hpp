#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "engine/workload/lifecycle/transitions.hpp"

namespace walbench::engine {

/// An event that the state does not allow.
class IllegalEvent : public std::logic_error {
 public:
  IllegalEvent(LifecycleState state_in, LifecycleEvent event_in)
      : std::logic_error("event " + std::string(event_name(event_in)) + " is illegal in state " +
                         std::string(state_name(state_in))),
        state(state_in),
        event(event_in) {}

  LifecycleState state;
  LifecycleEvent event;
};

/// Where one file is in its lifecycle, without I/O and without threads. A value type.
class LifecycleFsm {
 public:
  constexpr explicit LifecycleFsm(LifecycleState state) : state_(state) {}

  constexpr LifecycleState state() const { return state_; }

  /// Takes the edge of `event` and returns the new state. Throws IllegalEvent, and stays.
  constexpr LifecycleState fire(LifecycleEvent event) {
    const std::optional<LifecycleState> next = next_state(state_, event);
    if (!next) throw IllegalEvent(state_, event);
    state_ = *next;
    return state_;
  }

 private:
  LifecycleState state_;
};

}  // namespace walbench::engine
