using RedisTagCache.Connection;
using StackExchange.Redis;

namespace RedisTagCache.Commands.Batching;

internal abstract partial class RequestBatcher<TRequest, T>
{
    /// <summary>One command at a time, for some requests.</summary>
    private sealed class Command
    {
        private readonly RequestBatcher<TRequest, T> _batcher;
        private readonly Action _onReplied;
        private TRequest _first = null!;
        private int _count;
        private bool _isKnown;
        private Task<RespResult> _reply = null!;

        /// <summary>Gets or sets how many bytes are expected of it.</summary>
        public int Bytes { get; set; }

        public Command(RequestBatcher<TRequest, T> batcher) => (_batcher, _onReplied) = (batcher, OnReplied);

        public void Send(TRequest first)
        {
            _first = first;
            _count = 0;
            for (var request = first; request is not null; request = request.Next)
                _count++;
            Send(isKnown: true);
        }

        private void Send(bool isKnown)
        {
            _isKnown = isKnown;
            try
            {
                _reply = _batcher.SendAsync(_first, _count, isKnown);
            }
            catch (Exception e)
            {
                _reply = Task.FromException<RespResult>(e);
            }

            _reply.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onReplied);
        }

        private void OnReplied()
        {
            var (first, count, reply) = (_first, _count, _reply);
            var failure = reply.IsCompletedSuccessfully ? null : reply.Exception?.InnerException ?? new TaskCanceledException(reply);
            if (failure is not null && _isKnown && _batcher.IsUnknown(failure))
            {
                Send(isKnown: false);
                return;
            }

            if (failure is null)
                failure = Read(first, count, reply.Result); // first: it shows how much the next ones may bring
            _batcher.SendNext(this); // the next ones take their places
            if (count > 1 && failure is RedisServerException refusal && RedisFailure.IsMomentary(refusal))
                _batcher.SendAlone(first);
            else
                CompleteAll(first, failure);
        }

        private Exception? Read(TRequest first, int count, RespResult reply)
        {
            try
            {
                using (reply)
                    _batcher.Read(first, count, reply);
                return null;
            }
            catch (Exception e)
            {
                return e; // it is another reply than the command's
            }
        }

        private static void CompleteAll(TRequest first, Exception? failure)
        {
            for (var request = first; request is not null;)
            {
                var next = request.Next;
                RequestBatcher<TRequest, T>.Complete(request, failure);
                request = next;
            }
        }
    }
}

/// <summary>
/// Room for the arguments of the client's calls that write a request at once, in their caller's thread, and keep nothing of them: so each thread has room
/// for one call, used again for the next.
/// </summary>
internal static class RequestArguments
{
    [ThreadStatic]
    private static RedisKeyOrValue[]? _room;

    /// <summary>Returns an array for so many arguments. It is valid until the next call in the same thread.</summary>
    public static Memory<RedisKeyOrValue> Take(int count)
    {
        var room = _room;
        if (room is null || room.Length < count)
            _room = room = new RedisKeyOrValue[Math.Max(count, 8)];
        return room.AsMemory(0, count);
    }
}
