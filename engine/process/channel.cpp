#include "engine/process/channel.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace walbench::engine {
namespace {

/// Before the bytes of each message. Both processes are the same program on the same machine.
struct Head {
  std::uint64_t size = 0;
  Word word = Word::hello;
};

}  // namespace

std::pair<Channel, Channel> Channel::make_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "a channel to another process");
  }
  return {Channel(ends[0]), Channel(ends[1])};
}

Channel::~Channel() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Channel::send(Word word, std::string_view bytes) {
  const Head head{bytes.size(), word};
  std::string all(sizeof head, '\0');
  std::memcpy(all.data(), &head, sizeof head);
  all += bytes;
  std::string_view rest = all;
  const std::lock_guard lock(sending_);
  while (!rest.empty()) {
    const ssize_t sent = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::optional<Message> Channel::receive() {
  std::array<char, sizeof(Head)> bytes{};
  if (!receive_all(bytes.data(), bytes.size())) return std::nullopt;
  Head head;
  std::memcpy(&head, bytes.data(), sizeof head);
  Message message{head.word, std::string(head.size, '\0')};
  if (!receive_all(message.bytes.data(), message.bytes.size())) return std::nullopt;
  return message;
}

bool Channel::receive_all(char* to, std::size_t size) const {
  while (size > 0) {
    const ssize_t got = ::recv(descriptor_, to, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

void Channel::hang_up() const noexcept {
  ::shutdown(descriptor_, SHUT_WR);
}

void Channel::stop_receiving() const noexcept {
  ::shutdown(descriptor_, SHUT_RD);
}

}  // namespace walbench::engine
