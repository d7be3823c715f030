// gateway/runtime/mailbox.hpp
// What any thread hands to one core. However much is put in before the core comes to look, the core
// is woken once and takes it all in one go.
//
// Order    as put.
// Limits   none of its own: who puts counts what is under way.
// Threads  put() from any; `take` runs on the core. Construct and destroy where the core cannot run
//          `take` at the same time: on it, or while it stands still.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace parley::gateway {

template <class T>
class Mailbox {
 public:
  using Take = std::function<void(std::vector<T>&)>;

  Mailbox(boost::asio::io_context& core, Take take)
      : core_(core), box_(std::make_shared<Box>(std::move(take))) {}
  ~Mailbox() { box_->take = nullptr; }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void put(T item) {
    {
      const std::lock_guard lock(box_->mutex);
      box_->items.push_back(std::move(item));
      if (box_->items.size() > 1) return;  // the core is on its way
    }
    boost::asio::post(core_, [box = box_] { box->empty(); });
  }

 private:
  struct Box {
    explicit Box(Take with) : take(std::move(with)) {}

    void empty() {
      {
        const std::lock_guard lock(mutex);
        items.swap(taken);
      }
      if (take) take(taken);
      taken.clear();  // the room stays
    }

    Take take;
    std::mutex mutex;
    std::vector<T> items;  // guarded by mutex
    std::vector<T> taken;  // of the core
  };

  boost::asio::io_context& core_;
  std::shared_ptr<Box> box_;  // a posted look may outlive the mailbox
};

}  // namespace parley::gateway
