using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>
/// Requests to one partition, each as a command of its own. While many are on their way, those that come meanwhile travel together, as one command: what a
/// command costs beyond its bytes, here and in the server, is shared.
/// </summary>
/// <remarks>
/// Safe for concurrent use. A request that nobody waits for any more is sent nevertheless. While a slot is being moved, a cluster refuses a command of which it
/// has only some of the keys: those that were refused together are sent once more, each alone, so that none is lost for another's sake.
/// </remarks>
internal abstract class RequestBatcher<TRequest, T>
    where TRequest : BatchedRequest<TRequest, T>, new()
{
    /// <summary>Fewer callers than this never wait for each other; those of many wait for a fraction of a round trip.</summary>
    private const int MostOnTheirWay = 8;

    private readonly Lock _lock = new();
    private readonly Stack<Command> _idle = new();
    private int _commands;
    private TRequest? _first;
    private TRequest? _last;

    /// <summary>How many travel in one command.</summary>
    protected abstract int MostTogether { get; }

    /// <summary>Sends one command for all of a list.</summary>
    /// <param name="first">The first of the list.</param>
    /// <param name="count">The length of the list.</param>
    /// <param name="isKnown">Whether the server is taken to know the command; not after <see cref="IsUnknown"/>.</param>
    protected abstract Task<RespResult> SendAsync(TRequest first, int count, bool isKnown);

    /// <summary>Gives each of a list its result, and completes none.</summary>
    protected abstract void Read(TRequest first, int count, RespResult reply);

    /// <summary>Whether the server has done nothing, because it has to be told the command at length.</summary>
    protected virtual bool IsUnknown(Exception failure) => false;

    protected ValueTask<T> SubmitAsync(TRequest request)
    {
        var result = request.Result;
        Command? command;
        lock (_lock)
        {
            command = TakeIdle();
            if (command is null)
            {
                request.MayHoldUpOthers = true;
                Append(request);
                return result;
            }
        }

        command.Send(request);
        return result;
    }

    /// <summary>What came meanwhile goes in the place of what has just arrived.</summary>
    private void SendNext(Command command)
    {
        TRequest? first;
        lock (_lock)
        {
            first = TakeNext();
            if (first is null)
            {
                _idle.Push(command);
                return;
            }
        }

        command.Send(first);
    }

    /// <summary>Sends each of those that travelled together once more.</summary>
    private void SendAlone(TRequest first)
    {
        lock (_lock)
        {
            for (var request = first; request is not null;)
            {
                var next = request.Next;
                (request.Next, request.IsAlone) = (null, true);
                Append(request);
                request = next;
            }
        }

        while (true)
        {
            Command? command;
            lock (_lock)
                command = _first is null ? null : TakeIdle();
            if (command is null)
                return;
            SendNext(command);
        }
    }

    private Command? TakeIdle()
    {
        if (_idle.TryPop(out var command))
            return command;
        if (_commands == MostOnTheirWay)
            return null;
        _commands++;
        return new Command(this);
    }

    private void Append(TRequest request) => _last = _last is null ? _first = request : _last.Next = request;

    private TRequest? TakeNext()
    {
        if (_first is not { } first)
            return null;
        var last = first;
        for (var i = 1; i < MostTogether && !first.IsAlone && last.Next is { IsAlone: false } next; i++)
            last = next;
        (_first, last.Next) = (last.Next, null);
        if (_first is null)
            _last = null;
        return first;
    }

    /// <summary>One command at a time, for some requests.</summary>
    private sealed class Command
    {
        private readonly RequestBatcher<TRequest, T> _batcher;
        private readonly Action _onReplied;
        private TRequest _first = null!;
        private int _count;
        private bool _isKnown;
        private Task<RespResult> _reply = null!;

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

            _batcher.SendNext(this); // the next ones take their places
            if (failure is null)
                Answer(first, count, reply.Result);
            else if (count > 1 && failure is RedisServerException refusal && RedisFailure.IsMomentary(refusal))
                _batcher.SendAlone(first);
            else
                Fail(first, failure);
        }

        private void Answer(TRequest first, int count, RespResult reply)
        {
            try
            {
                using (reply)
                    _batcher.Read(first, count, reply);
            }
            catch (Exception e)
            {
                Fail(first, e); // it is another reply than the command's
                return;
            }

            for (var request = first; request is not null;)
            {
                var next = request.Next; // whoever has his result may use the request again
                request.Complete(null);
                request = next;
            }
        }

        private static void Fail(TRequest first, Exception failure)
        {
            for (var request = first; request is not null;)
            {
                var next = request.Next;
                request.Complete(failure);
                request = next;
            }
        }
    }
}
