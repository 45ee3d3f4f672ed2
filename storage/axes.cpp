#include "storage/axes.hpp"

#include <algorithm>

namespace walbench::storage {

std::string_view axis_name(ConnectionAxis value) {
  switch (value) {
    case ConnectionAxis::per_file: return "per-file";
    case ConnectionAxis::per_worker: return "per-worker";
    case ConnectionAxis::shared: return "shared";
  }
  return "?";
}

std::string_view axis_name(BeginAxis value) {
  return value == BeginAxis::immediate ? "immediate" : "deferred";
}

std::string_view axis_name(GuardAxis value) {
  switch (value) {
    case GuardAxis::where: return "where";
    case GuardAxis::version: return "version";
    case GuardAxis::select: return "select";
  }
  return "?";
}

std::string_view axis_name(QueueAxis value) {
  switch (value) {
    case QueueAxis::sqlite: return "sqlite";
    case QueueAxis::mutex: return "mutex";
    case QueueAxis::fifo: return "fifo";
  }
  return "?";
}

std::string commit_name(const Axes& axes) {
  if (axes.group) return "group";
  return axes.batch == 1 ? "each" : "batch:" + std::to_string(axes.batch);
}

std::optional<Strategy> find_strategy(std::string_view name) {
  const auto* const found = std::ranges::find(kStrategies, name, &Strategy::name);
  if (found == kStrategies.end()) return std::nullopt;
  return *found;
}

std::string describe_strategy(std::string_view base, const Axes& axes) {
  const auto* const exact = std::ranges::find(kStrategies, axes, &Strategy::axes);
  if (exact != kStrategies.end()) return std::string(exact->name);

  const Axes of_base = find_strategy(base).value_or(kStrategies.front()).axes;
  std::string name(base);
  const auto append = [&name](std::string_view axis, std::string_view value) {
    name.append("+").append(axis).append("-").append(value);
  };
  if (axes.connection != of_base.connection) append("connection", axis_name(axes.connection));
  if (axes.begin != of_base.begin) append("begin", axis_name(axes.begin));
  if (axes.guard != of_base.guard) append("guard", axis_name(axes.guard));
  if (axes.queue != of_base.queue) append("queue", axis_name(axes.queue));
  if (axes.batch != of_base.batch) append("batch", std::to_string(axes.batch));
  if (axes.group != of_base.group) append("commit", axes.group ? "group" : "each");
  return name;
}

std::optional<std::string> contradiction(const Axes& axes) {
  if (axes.group) {
    const bool fits = axes.connection == ConnectionAxis::shared &&
                      axes.begin == BeginAxis::immediate && axes.queue == QueueAxis::sqlite;
    if (fits) return std::nullopt;
    return "--commit group needs --connection shared, --begin immediate and --queue sqlite, as "
           "--strategy group-commit has them: one committer writes for all, so nobody else opens a "
           "connection or queues at a queue";
  }
  if (axes.connection == ConnectionAxis::shared && axes.queue == QueueAxis::sqlite) {
    return "a shared connection needs --queue mutex or --queue fifo: SQLite's busy handler does "
           "not "
           "keep apart the transactions of one connection";
  }
  if (axes.batch > 1 && axes.connection != ConnectionAxis::shared) {
    return "--commit batch:N needs --connection shared: of several connections one would keep the "
           "write lock from the others until its batch is full";
  }
  return std::nullopt;
}

}  // namespace walbench::storage
