#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace walbench::engine {

/// The facts that hold at one place of a script, on every way that leads there.
struct FlowState {
  std::vector<bool> assigned;              ///< by slot: the variable has a value
  std::optional<std::size_t> transaction;  ///< the one that is open
};

/// Follows a script through its \if, \elif, \else and \endif.
class ControlFlow {
 public:
  explicit ControlFlow(std::vector<bool> assigned) : state_{std::move(assigned), std::nullopt} {}

  const FlowState& state() const { return state_; }
  bool has_value(std::size_t slot) const {
    return slot < state_.assigned.size() && state_.assigned[slot];
  }
  void assign(std::size_t slot);
  void open(std::size_t transaction) { state_.transaction = transaction; }
  void close() { state_.transaction.reset(); }

  /// `offset` is its place in the file.
  void begin_if(std::size_t offset);

  /// The next part of the innermost \if begins: what held before it holds again.
  void next_part(bool is_else);
  /// The \if ends: what held at the end of each part holds.
  void end_if();

  bool inside_if() const { return !levels_.empty(); }
  bool had_else() const { return levels_.back().had_else; }
  std::size_t innermost_offset() const { return levels_.back().offset; }

  /// The instruction that goes on with the next part, whose target is not known before that.
  void set_branch(std::size_t branch) { levels_.back().branch = branch; }
  std::optional<std::size_t> take_branch();
  /// The jumps to the end of the innermost \if.
  std::vector<std::size_t>& jumps() { return levels_.back().jumps; }

  /// False once parts of an \if ended with different transactions open; true again afterwards.
  bool take_agreement();

 private:
  struct Level {
    FlowState before;
    std::optional<FlowState> after;
    std::optional<std::size_t> branch;
    std::vector<std::size_t> jumps;
    bool had_else = false;
    std::size_t offset = 0;
  };
  void merge_into(Level& level, FlowState state);

  FlowState state_;
  std::vector<Level> levels_;
  bool agree_ = true;
};

}  // namespace walbench::engine
