// Silent bugs these tests would catch: a child that measures on when nobody waits for it any more,
// or tells its parent less than it has measured.

#include "engine/process/serve.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "engine/process/messages.hpp"
#include "metrics/result/result_codec.hpp"
#include "storage/engines/engine.hpp"
#include "storage/sqlite/database_files.hpp"
#include "storage/strategies.hpp"

namespace walbench::engine {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// A child that is a thread, and its parent's end of the channel.
class Serve : public testing::Test {
 protected:
  Serve() {
    order_.database = files_.database();
    order_.plan.settings.synchronous = storage::Synchronous::off;
    order_.plan.threads = 2;
    order_.plan.files = 30;
  }
  ~Serve() override {
    parent_.hang_up();
    if (child_.joinable()) child_.join();
  }

  void begin() {
    child_ = std::thread([this] { serve(served_, "sqlite", stop_.get_token()); });
    const std::optional<Message> hello = parent_.receive();
    ASSERT_TRUE(hello && hello->word == Word::hello);
    facts_ = from_bytes<storage::EngineFacts>(hello->bytes);
  }

  /// All that it says until it has ended.
  std::vector<Message> said() {
    std::vector<Message> all;
    while (std::optional<Message> message = parent_.receive()) {
      all.push_back(std::move(*message));
      if (all.back().word == Word::result || all.back().word == Word::raw_result ||
          all.back().word == Word::failed || all.back().word == Word::interrupted) {
        break;
      }
    }
    return all;
  }
  std::vector<Message> said_to(const Order& order) {
    parent_.send(Word::order, to_bytes(order));
    return said();
  }

  storage::DatabaseFiles files_{std::nullopt};
  std::pair<Channel, Channel> ends_ = Channel::make_pair();
  Channel& parent_ = ends_.first;
  Channel& served_ = ends_.second;
  std::stop_source stop_;
  Order order_;
  storage::EngineFacts facts_;
  std::thread child_;
};

TEST_F(Serve, SaysWhichPhasesItIsInAndHandsOverAVerifiedResult) {
  begin();
  const std::vector<Message> all = said_to(order_);
  std::vector<Phase> phases;
  for (const Message& each : all) {
    if (each.word == Word::phase) phases.push_back(from_bytes<Phase>(each.bytes));
  }
  EXPECT_THAT(phases, ElementsAre(Phase::seed, Phase::warm_up, Phase::reset, Phase::measure,
                                  Phase::drain, Phase::verify));
  ASSERT_EQ(all.back().word, Word::result);
  const auto measured = from_bytes<Measured>(all.back().bytes);
  EXPECT_GT(measured.resident_peak_bytes, 0);
  const metrics::ConfigurationResult result = metrics::decode_result(measured.result);
  EXPECT_TRUE(result.verified);
  EXPECT_EQ(result.planned, order_.plan.planned());
  EXPECT_EQ(result.find(metrics::Segment::fsm_net)->total_count(), 30);
  EXPECT_EQ(result.settings.sqlite_source_id, facts_.source_id);
}

TEST_F(Serve, WritesRawForACeiling) {
  order_.work = Work::write_raw;
  order_.group_size = 10;
  begin();
  const std::vector<Message> all = said_to(order_);
  ASSERT_EQ(all.back().word, Word::raw_result);
  EXPECT_GT(from_bytes<double>(all.back().bytes), 0);
}

TEST_F(Serve, StopsWhenItsParentHangsUp) {
  order_.plan.api_delay = ApiDelay(1h);
  begin();
  parent_.send(Word::order, to_bytes(order_));
  while (std::optional<Message> message = parent_.receive()) {
    if (message->word == Word::phase && from_bytes<Phase>(message->bytes) == Phase::measure) break;
  }
  parent_.hang_up();
  EXPECT_EQ(said().back().word, Word::interrupted);
}

TEST_F(Serve, StopsWhenItIsToldTo) {
  order_.plan.api_delay = ApiDelay(1h);
  begin();
  stop_.request_stop();
  EXPECT_EQ(said_to(order_).back().word, Word::interrupted);
}

TEST_F(Serve, EndsWithoutAnOrder) {
  begin();
  parent_.hang_up();
  child_.join();
  EXPECT_FALSE(stop_.stop_requested())
      << "nobody asked it to stop: it saw that its parent was gone";
  served_.hang_up();
  EXPECT_EQ(parent_.receive(), std::nullopt) << "there is no result";
}

TEST_F(Serve, RefusesAnotherLibraryThanItWasToMeasure) {
  order_.plan.library = {"/lib/other.so", "3.99.0", "an id"};
  begin();
  const std::vector<Message> all = said_to(order_);
  ASSERT_EQ(all.back().word, Word::failed);
  EXPECT_THAT(
      from_bytes<Failure>(all.back().bytes).sentence,
      HasSubstr("'/lib/other.so' was not loaded, but a library of source id '" + facts_.source_id));
}

}  // namespace
}  // namespace walbench::engine
