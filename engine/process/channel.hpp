#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/process/messages.hpp"

namespace walbench::engine {

struct Message {
  Word word = Word::hello;
  std::string bytes;
};

/// One end of a connection between two processes, over which whole messages go both ways. One
/// thread receives at a time; any may send.
class Channel {
 public:
  /// Both ends, closed by exec. Throws std::system_error.
  static std::pair<Channel, Channel> make_pair();

  /// Takes over an end that was inherited.
  explicit Channel(int descriptor) : descriptor_(descriptor) {}
  Channel(Channel&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Channel(const Channel&) = delete;
  Channel& operator=(Channel&&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  int descriptor() const { return descriptor_; }

  /// False if nobody is at the other end any more.
  bool send(Word word, std::string_view bytes = {});

  /// Waits for the next message; nothing if the other end has hung up, or is gone.
  std::optional<Message> receive();

  /// Lets the other end receive nothing more. From any thread.
  void hang_up() const noexcept;
  /// Ends a receive() that waits here. From any thread.
  void stop_receiving() const noexcept;

 private:
  bool receive_all(char* to, std::size_t size) const;

  int descriptor_;
  std::mutex sending_;
};

}  // namespace walbench::engine
