#include "engine/process/measured_by_child.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

namespace walbench::engine {
namespace {

/// One order, until it is done.
class Conversation {
 public:
  Conversation(Child& child, const Order& order, std::size_t index, const RunContext& context)
      : child_(child), order_(order), index_(index), context_(context) {}

  /// The bytes of the message with the result.
  std::string until(Word result) {
    if (context_.stop.stop_requested()) throw RunInterrupted();
    child_.channel().send(Word::order, to_bytes(order_));
    const std::stop_callback<std::function<void()>> hand_on(context_.stop,
                                                            [this] { child_.channel().hang_up(); });
    while (std::optional<Message> message = child_.channel().receive()) {
      if (message->word == result) return std::move(message->bytes);
      take(*message);
    }
    if (context_.stop.stop_requested()) throw RunInterrupted();
    fail(child_.end());
  }

 private:
  void take(const Message& message) {
    switch (message.word) {
      case Word::phase:
        phase_ = from_bytes<Phase>(message.bytes);
        if (order_.work == Work::measure) context_.observer->phase_begins(index_, phase_);
        return;
      case Word::done:
        for (auto left = from_bytes<std::int64_t>(message.bytes); left > 0; --left) {
          context_.observer->lifecycle_done();
        }
        return;
      case Word::failed: {
        if (context_.stop.stop_requested()) throw RunInterrupted();
        const auto failure = from_bytes<Failure>(message.bytes);
        throw RunFailed(failure.sentence, failure.phase, failure.remedy);
      }
      case Word::interrupted:
        if (context_.stop.stop_requested()) throw RunInterrupted();
        fail("was asked by a signal to end");
      default: fail("sent something that was not asked for");
    }
  }

  [[noreturn]] void fail(const std::string& how) const {
    throw RunFailed(fmt::format("{}: the process that measured it {}", order_.subject(), how),
                    phase_);
  }

  Child& child_;
  const Order& order_;
  const std::size_t index_;
  const RunContext& context_;
  Phase phase_ = Phase::seed;
};

}  // namespace

Measured measured_by(Child& child, const Order& order, std::size_t index,
                     const RunContext& context) {
  return from_bytes<Measured>(Conversation(child, order, index, context).until(Word::result));
}

double raw_writes_by(Child& child, const Order& order, const RunContext& context) {
  return from_bytes<double>(Conversation(child, order, 0, context).until(Word::raw_result));
}

MadeImage image_by(Child& child, const Order& order, const RunContext& context) {
  return from_bytes<MadeImage>(Conversation(child, order, 0, context).until(Word::made_image));
}

}  // namespace walbench::engine
