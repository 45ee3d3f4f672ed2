#include "engine/readers.hpp"

#include <chrono>
#include <utility>

namespace walbench::engine {
namespace {

constexpr std::chrono::seconds kLongestBeginning(1);

}  // namespace

Readers::Readers(std::size_t readers, std::chrono::nanoseconds hold,
                 std::unique_ptr<Iterations> iterations, storage::Database& database,
                 const metrics::Clock& clock, std::function<void()> on_thread_enters)
    : iterations_(std::move(iterations)),
      clock_(clock),
      executor_(readers, std::move(on_thread_enters), clock),
      begun_(readers),
      store_(database.open_read_store({{readers, &clock, iterations_->statements()},
                                       hold,
                                       [this](std::size_t reader) { has_begun(reader); }})) {}

Readers::~Readers() {
  end_.request_stop();
  let_begin();
  if (thread_.joinable()) thread_.join();
}

std::vector<metrics::StreamId> Readers::streams() const {
  std::vector<metrics::StreamId> streams = iterations_->streams();
  streams.push_back({"readers", streams.front().kind, "unfinished"});
  return streams;
}

void Readers::prepare(metrics::TimingQueue& queue, std::size_t first_producer,
                      std::size_t first_stream, const std::stop_token& stop) {
  order_ = {.iterations = kEndless,
            .queue = &queue,
            .first_producer = first_producer,
            .first_stream = first_stream,
            .unfinished_stream = iterations_->streams().size(),
            .on_done = [this] { has_begun(current_worker()); }};
  thread_ = std::thread([this, stop] { run(stop); });
}

void Readers::begin() {
  let_begin();
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kLongestBeginning,
                    [this] { return ended_ || readers_begun_ == count() || !thread_.joinable(); });
}

void Readers::let_begin() {
  const std::lock_guard lock(mutex_);
  may_begin_ = true;
  changed_.notify_all();
}

void Readers::has_begun(std::size_t reader) {
  std::call_once(begun_[reader], [this] {
    const std::lock_guard lock(mutex_);
    readers_begun_ += 1;
    changed_.notify_all();
  });
}

void Readers::run(const std::stop_token& stop) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return may_begin_; });
  }
  const std::stop_callback forward(stop, [this] { end_.request_stop(); });
  PassReport report;
  std::exception_ptr failure;
  try {
    report = Pass(*iterations_, *store_, executor_, clock_, order_).run(end_.get_token());
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  report_ = std::move(report);
  failure_ = failure;
  ended_ = true;
  changed_.notify_all();
}

PassReport Readers::end() {
  end_.request_stop();
  let_begin();
  thread_.join();
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  return std::move(report_);
}

}  // namespace walbench::engine
