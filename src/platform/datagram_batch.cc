// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// Room for the datagrams of one turn.

#include "platform/datagram_batch.h"

namespace timeball::platform {

DatagramBatch::DatagramBatch()
{
    for (std::size_t i = 0; i < size; ++i) {
        slots[i].part = {slots[i].bytes.data(), room};
        messages[i].msg_hdr.msg_iov = &slots[i].part;
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &slots[i].address.storage;
    }
    prepare();
}

void DatagramBatch::prepare()
{
    for (std::size_t i = 0; i < size; ++i) {
        msghdr& header = messages[i].msg_hdr;
        header.msg_namelen = sizeof slots[i].address.storage;
        header.msg_control = slots[i].control.bytes.data();
        header.msg_controllen = slots[i].control.bytes.size();
        header.msg_flags = 0;
    }
}

DatagramBatch& incoming()
{
    static thread_local DatagramBatch batch;
    return batch;
}

DatagramQueue& outgoing()
{
    static thread_local DatagramQueue queue;
    return queue;
}

} // namespace timeball::platform
