#pragma once

#include <coroutine>
#include <utility>

namespace walbench::storage {

/// An operation that was carried out, on the calling thread, before anybody awaited it: `co_await`
/// on it never suspends and hands over the value. What blocking stores and APIs return, so that a
/// lifecycle reads the same whether what it waits for blocks or suspends.
template <typename Value>
class Completed : public std::suspend_never {
 public:
  explicit Completed(Value value) : value_(std::move(value)) {}
  Value await_resume() { return std::move(value_); }

 private:
  Value value_;
};

}  // namespace walbench::storage
