// SQLite's default file layer, with a WAL that fails or stands still on demand
// (sqlite.org/vfs.html). One at a time; stores must be opened and closed within
// its life.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace edgeplane::storage {

class FaultyDisk {
 public:
  FaultyDisk() : previous_(sqlite3_vfs_find(nullptr)), vfs_(*previous_) {
    current_ = this;
    vfs_.zName = "faulty";
    vfs_.xOpen = &Open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FaultyDisk() {
    sqlite3_vfs_register(previous_, 1);
    sqlite3_vfs_unregister(&vfs_);
    current_ = nullptr;
  }
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // An SQLite result code that every write, or sync, of the WAL gives from now
  // on; SQLITE_OK: none.
  void FailWrites(int code) { write_code_ = code; }
  void FailSyncs(int code) { sync_code_ = code; }

  // Lets syncs wait until ReleaseSyncs.
  void HoldSyncs() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void ReleaseSyncs() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    changed_.notify_all();
  }
  // Returns when a sync waits.
  void AwaitSync() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }

 private:
  static int Open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags,
                  int* out_flags) {
    FaultyDisk& disk = *current_;
    const int code = disk.previous_->xOpen(disk.previous_, name, file, flags, out_flags);
    if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return code;
    // The rest of the file object is the default layer's own, so its other
    // methods go on working.
    real_ = file->pMethods;
    methods_ = *real_;
    methods_.xWrite = &Write;
    methods_.xSync = &Sync;
    file->pMethods = &methods_;
    return SQLITE_OK;
  }
  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    const int code = current_->write_code_;
    return code != SQLITE_OK ? code : real_->xWrite(file, data, size, offset);
  }
  static int Sync(sqlite3_file* file, int flags) {
    current_->WaitWhileHeld();
    const int code = current_->sync_code_;
    return code != SQLITE_OK ? code : real_->xSync(file, flags);
  }
  void WaitWhileHeld() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    --waiting_;
  }

  static inline FaultyDisk* current_ = nullptr;
  static inline const sqlite3_io_methods* real_ = nullptr;
  static inline sqlite3_io_methods methods_{};

  sqlite3_vfs* const previous_;
  sqlite3_vfs vfs_;
  std::atomic<int> write_code_ = SQLITE_OK;
  std::atomic<int> sync_code_ = SQLITE_OK;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int waiting_ = 0;
};

}  // namespace edgeplane::storage
