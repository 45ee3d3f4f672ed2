#include "engine/process/serve.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "engine/ceiling.hpp"
#include "engine/process/make_image.hpp"
#include "engine/process/messages.hpp"
#include "metrics/clock.hpp"
#include "metrics/result/result_codec.hpp"
#include "metrics/sentence_of.hpp"
#include "storage/engines/engine.hpp"
#include "storage/sqlite/database_files.hpp"

namespace walbench::engine {
namespace {

/// Stops the work when the parent hangs up.
class Parent {
 public:
  Parent(Channel& channel, const std::stop_token& stop)
      : channel_(channel),
        on_stop_(stop, [this] { stop_.request_stop(); }),
        thread_([this] { listen(); }) {}
  Parent(const Parent&) = delete;
  Parent& operator=(const Parent&) = delete;
  ~Parent() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    ended_changed_.notify_all();
    channel_.stop_receiving();
    thread_.join();
  }

  std::stop_token stop_token() const { return stop_.get_token(); }

 private:
  /// Less than the parent's own: see kPatience of Child.
  static constexpr std::chrono::seconds kPatience{5};

  void listen() {
    while (channel_.receive()) {
    }
    std::unique_lock lock(mutex_);
    if (ended_) return;
    stop_.request_stop();
    if (ended_changed_.wait_for(lock, kPatience, [this] { return ended_; })) return;
    ::_exit(1);  // Nobody is left whom it could be told.
  }

  Channel& channel_;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> on_stop_;
  std::mutex mutex_;  // guards what follows, but for the thread
  std::condition_variable ended_changed_;
  bool ended_ = false;
  std::thread thread_;
};

/// Passes on how far a measurement has come: phases at once, iterations several times a second.
class Progress final : public RunObserver {
 public:
  explicit Progress(Channel& channel) : channel_(channel), thread_([this] { pass_on(); }) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() override {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    ended_changed_.notify_all();
    thread_.join();
  }

  void phase_begins(std::size_t /*measurement*/, Phase phase) override {
    channel_.send(Word::phase, to_bytes(phase));
  }
  void lifecycle_done() override { done_.fetch_add(1, std::memory_order_relaxed); }
  void measurement_done(std::size_t /*measurement*/) override {}

 private:
  void pass_on() {
    constexpr std::chrono::milliseconds kInterval(200);
    std::unique_lock lock(mutex_);
    while (!ended_changed_.wait_for(lock, kInterval, [this] { return ended_; })) {
      const std::int64_t done = done_.exchange(0, std::memory_order_relaxed);
      if (done > 0) channel_.send(Word::done, to_bytes(done));
    }
  }

  Channel& channel_;
  std::atomic<std::int64_t> done_ = 0;
  std::mutex mutex_;
  std::condition_variable ended_changed_;
  bool ended_ = false;  // guarded by mutex_
  std::thread thread_;
};

/// An order while it is being done.
class Job {
 public:
  Job(const Order& order, std::string_view engine, Channel& channel, std::stop_token stop)
      : order_(order),
        engine_(engine),
        channel_(channel),
        stop_(std::move(stop)),
        files_(storage::DatabaseFiles::of_another_process(order.database)) {}

  void run() {
    try {
      prepare();
      if (order_.work == Work::image) {
        const MadeImage made = make_image(order_.image, engine_, stop_);
        channel_.send(Word::made_image, to_bytes(made));
        return;
      }
      Progress progress(channel_);
      const RunContext context = context_with(progress);
      if (order_.work == Work::write_raw) {
        const double found = write_raw(order_.plan, order_.group_size, context);
        channel_.send(Word::raw_result, to_bytes(found));
      } else {
        const auto result = measure_configuration(order_.plan, 0, context);
        channel_.send(Word::result, to_bytes(measured(result)));
      }
    } catch (const RunInterrupted&) {
      channel_.send(Word::interrupted);
    } catch (const RunFailed& failed) {
      channel_.send(Word::failed,
                    to_bytes(Failure{failed.what(), failed.phase(), failed.remedy()}));
    } catch (const std::exception& error) {
      if (stop_.stop_requested()) {
        channel_.send(Word::interrupted);
        return;
      }
      const std::string sentence =
          fmt::format("{}: {}", order_.subject(), metrics::sentence_of(error));
      channel_.send(Word::failed,
                    to_bytes(Failure{sentence, Phase::seed, storage::remedy_of(error)}));
    }
  }

 private:
  void prepare() {
    const ConfigurationPlan& plan = order_.plan;
    const std::string loaded = storage::engine_facts(engine_).source_id;
    if (!plan.library.source_id.empty() && plan.library.source_id != loaded) {
      throw RunFailed(fmt::format("{}: '{}' was not loaded, but a library of source id '{}'",
                                  label(plan), plan.library.file.string(), loaded),
                      Phase::seed);
    }
    if (!plan.memory_statistics) storage::turn_off_memory_statistics(engine_);
    if (!order_.ack_log.empty()) acks_.emplace(order_.ack_log, order_.ack_descriptor, stop_);
  }

  RunContext context_with(Progress& progress) {
    RunContext context{[this](const auto& plan) { return open_database(plan); }, &clock_, &progress,
                       stop_};
    context.library = "SQLite " + storage::engine_facts(engine_).version;
    context.database_path = [this] { return files_.database(); };
    context.acks = acks_ ? &*acks_ : nullptr;
    context.interval = order_.interval;
    if (order_.interval_log.empty()) return context;
    context.open_interval_log = [this](const ConfigurationPlan& plan) {
      return std::make_unique<metrics::IntervalLog>(order_.interval_log, label(plan),
                                                    std::chrono::system_clock::now());
    };
    return context;
  }

  /// A new database, in the place of the last one.
  std::unique_ptr<storage::Database> open_database(const ConfigurationPlan& plan) {
    if (!std::exchange(fresh_, false)) files_.start_over();
    return storage::open_database(engine_, files_.database(), plan.settings,
                                  plan.instrumentation());
  }

  Measured measured(const metrics::ConfigurationResult& result) const {
    constexpr std::int64_t kBytesPerKib = 1024;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return {metrics::encode_result(result), usage.ru_maxrss * kBytesPerKib,
            storage::engine_memory_peak_bytes(engine_)};
  }

  const Order& order_;
  const std::string_view engine_;
  Channel& channel_;
  const std::stop_token stop_;
  const metrics::SteadyClock clock_;
  storage::DatabaseFiles files_;
  std::optional<AckLog> acks_;
  bool fresh_ = true;
};

}  // namespace

void serve(Channel& channel, std::string_view engine, const std::stop_token& stop) {
  channel.send(Word::hello, to_bytes(storage::engine_facts(engine)));
  const std::optional<Message> message = channel.receive();
  if (!message) return;
  const auto order = from_bytes<Order>(message->bytes);
  const Parent parent(channel, stop);
  Job(order, engine, channel, parent.stop_token()).run();
}

}  // namespace walbench::engine
