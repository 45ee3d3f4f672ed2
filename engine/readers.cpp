#include "engine/readers.hpp"

#include <utility>

namespace walbench::engine {

Readers::Readers(std::size_t readers, std::chrono::nanoseconds hold,
                 std::unique_ptr<Iterations> iterations, storage::Database& database,
                 const metrics::Clock& clock, std::function<void()> on_thread_enters)
    : iterations_(std::move(iterations)),
      clock_(clock),
      executor_(readers, std::move(on_thread_enters), clock),
      store_(database.open_read_store({{readers, &clock, iterations_->statements()}, hold})) {}

Readers::~Readers() {
  end_.request_stop();
  begin();
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
            .unfinished_stream = iterations_->streams().size()};
  thread_ = std::thread([this, stop] { run(stop); });
}

void Readers::begin() {
  const std::lock_guard lock(mutex_);
  begun_ = true;
  changed_.notify_all();
}

void Readers::run(const std::stop_token& stop) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return begun_; });
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
}

PassReport Readers::end() {
  end_.request_stop();
  begin();
  thread_.join();
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  return std::move(report_);
}

}  // namespace walbench::engine
