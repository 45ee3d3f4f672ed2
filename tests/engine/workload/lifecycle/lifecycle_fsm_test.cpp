// Silent bugs these tests would catch: an edge too many, an edge that leads elsewhere, or an
// illegal event that moves the machine before it is refused: then rows would be written in states
// that no lifecycle has, and the run would still end `verified`.

#include "engine/workload/lifecycle/lifecycle_fsm.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

namespace walbench::engine {
namespace {

constexpr std::size_t kStates = 5;
constexpr std::size_t kEvents = 8;

// Written out a second time on purpose: by name, as the table in the design has it.
const std::map<std::pair<std::string, std::string>, std::string> edges_by_name = {
    {{"untracked", "start_upload"}, "uploading"},
    {{"uploading", "complete_upload"}, "processing"},
    {{"processing", "complete_processing"}, "indexed"},
    {{"uploading", "fail_upload"}, "failed"},
    {{"processing", "fail_processing"}, "failed"},
    {{"failed", "retry"}, "untracked"},
    {{"indexed", "reset"}, "untracked"},
    {{"indexed", "fail_reset"}, "failed"},
};

TEST(LifecycleFsm, EveryPairOfStateAndEventIsOneOfTheEightEdgesOrIllegal) {
  std::size_t legal = 0;
  for (std::size_t state_index = 0; state_index < kStates; ++state_index) {
    for (std::size_t event_index = 0; event_index < kEvents; ++event_index) {
      const auto state = static_cast<LifecycleState>(state_index);
      const auto event = static_cast<LifecycleEvent>(event_index);
      const std::string state_text(state_name(state));
      const std::string event_text(event_name(event));
      SCOPED_TRACE(state_text + " + " + event_text);

      const auto edge = edges_by_name.find({state_text, event_text});
      LifecycleFsm fsm(state);
      if (edge != edges_by_name.end()) {
        ++legal;
        EXPECT_EQ(state_name(fsm.fire(event)), edge->second);
        EXPECT_EQ(state_name(fsm.state()), edge->second);
        EXPECT_EQ(state_name(next_state(state, event).value()), edge->second);
        continue;
      }
      EXPECT_FALSE(next_state(state, event).has_value());
      try {
        fsm.fire(event);
        ADD_FAILURE() << "the event was accepted";
      } catch (const IllegalEvent& refusal) {
        EXPECT_EQ(refusal.state, state);
        EXPECT_EQ(refusal.event, event);
        EXPECT_EQ(std::string(refusal.what()),
                  "event " + event_text + " is illegal in state " + state_text);
      }
      EXPECT_EQ(fsm.state(), state);
    }
  }
  EXPECT_EQ(legal, edges_by_name.size());
}

constexpr LifecycleState state_after_a_whole_life() {
  LifecycleFsm fsm(LifecycleState::untracked);
  fsm.fire(LifecycleEvent::start_upload);
  fsm.fire(LifecycleEvent::complete_upload);
  return fsm.fire(LifecycleEvent::complete_processing);
}

TEST(LifecycleFsm, WorksAtCompileTime) {
  constexpr LifecycleState kEnd = state_after_a_whole_life();
  constexpr auto kRetried = next_state(LifecycleState::failed, LifecycleEvent::retry);
  constexpr auto kIllegal = next_state(LifecycleState::untracked, LifecycleEvent::complete_upload);
  EXPECT_EQ(kEnd, LifecycleState::indexed);
  EXPECT_EQ(kRetried, LifecycleState::untracked);
  EXPECT_EQ(kIllegal, std::nullopt);
}

TEST(LifecycleFsm, AMachineThatRefusedAnEventGoesOn) {
  LifecycleFsm fsm(LifecycleState::untracked);
  EXPECT_THROW(fsm.fire(LifecycleEvent::complete_processing), IllegalEvent);
  EXPECT_EQ(fsm.fire(LifecycleEvent::start_upload), LifecycleState::uploading);
}

}  // namespace
}  // namespace walbench::engine
