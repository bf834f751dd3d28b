// How a link reaches the stream it speaks over. The link knows nothing else of
// gRPC.
#pragma once

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"

namespace edgeplane::registry {

// Thread safe; no call blocks, and none calls back into the link.
class LinkOutlet {
 public:
  virtual ~LinkOutlet() = default;
  // Queues the message; what delivers something goes behind everything else. False when the stream
  // has ended, or ends now because too much waits already: the message will not arrive.
  virtual bool Send(v1::RegistryMessage message) = 0;
  // Whether a quarter of the queue at most is taken. After false, the link's
  // RoomAgain is called once that is so again.
  virtual bool HasRoom() = 0;
  // After Link::Receive gave false.
  virtual void ResumeReading() = 0;
  // Ends the stream with this status once the write under way is done; drops
  // what is queued. The first call counts.
  virtual void End(const Status& status) = 0;
  // Breaks the stream at once: for a peer that does not read.
  virtual void Cancel() = 0;
};

}  // namespace edgeplane::registry
