using RESPite.Messages;
using RedisTagCache.Connection;
using StackExchange.Redis;

namespace RedisTagCache.Commands.Batching;

/// <summary>
/// Requests to one partition, each as a command of its own. While many are on their way, further ones travel together, as one command: what a
/// command costs beyond its bytes, here and in the server, is shared.
/// </summary>
/// <remarks>
/// Safe for concurrent use. While many are on their way, requests for the same that have not been sent share one answer. What a command is expected to bring is
/// bounded, as is what all of them bring; a request that exceeds the bound travels by itself, and one that says so waits for no other. A write that nobody waits for any more is sent nevertheless. While a slot is being moved, a cluster refuses a command of which it
/// has only some of the keys: those that were refused together are sent once more, each alone, so that none is lost for another's sake. So is one that failed among others.
/// </remarks>
internal abstract class RequestBatcher<TRequest, T>
    where TRequest : BatchedRequest<TRequest, T>, new()
{
    /// <summary>Fewer callers than this never wait for each other; those of many wait for a fraction of a round trip.</summary>
    private const int MaxOnTheirWay = 8;

    private readonly Lock _lock = new();
    private readonly Stack<Command> _idle = new();
    private readonly RequestQueue<TRequest, T> _waiting = new();
    private int _commands;
    private long _bytes;

    /// <summary>How many travel in one command.</summary>
    protected abstract int MaxTogether { get; }

    /// <summary>Gets how many bytes are expected of a command for more than one request, at most.</summary>
    protected virtual int MaxBytesTogether => int.MaxValue;

    /// <summary>Gets how many bytes are expected of all commands that are on their way, at most, if they are more than one.</summary>
    protected virtual long MaxBytes => long.MaxValue;

    /// <summary>Takes over a request that is not to be sent from here: false when it is.</summary>
    protected virtual bool IsForAnother(TRequest request) => false;

    /// <summary>Has a request sent from elsewhere.</summary>
    protected virtual void PassOn(TRequest request)
    {
    }

    /// <summary>Sends one command for all of a list.</summary>
    /// <param name="first">The first of the list.</param>
    /// <param name="count">The length of the list.</param>
    /// <param name="form">How.</param>
    /// <returns>What <see cref="BatchCommand.SendAsync"/> returns.</returns>
    protected abstract Task SendAsync(TRequest first, int count, CommandForm form);

    /// <summary>Gives each of a list its result, and completes none.</summary>
    protected abstract void Read(TRequest first, int count, RespReader reply);

    /// <summary>Returns whether the server has done nothing, because it needs the text of the script.</summary>
    protected virtual bool IsUnknown(Exception failure) => false;

    protected ValueTask<T> SubmitAsync(TRequest request)
    {
        var result = request.Result;
        Send(request);
        return result;
    }

    protected void Send(TRequest request)
    {
        if (request.IsSentAtOnce)
        {
            new Command(this, isExtra: true).Send(request);
            return;
        }

        Command? command;
        lock (_lock)
        {
            command = _waiting.IsEmpty && Fits(request) ? TakeIdle() : null;
            if (command is null)
            {
                request.MayHoldUpOthers = true;
                _waiting.Add(request);
                return;
            }

            _bytes += command.Bytes = request.Cost;
        }

        command.Send(request);
    }

    /// <summary>Sends the requests that came in the meantime, in place of those that have just been answered.</summary>
    private void SendNext(Command? command)
    {
        while (command is not null)
        {
            var idle = command;
            TRequest? first;
            (TRequest? First, TRequest? Last) passedOn = default;
            lock (_lock)
            {
                _bytes -= command.Bytes;
                command.Bytes = 0;
                first = TakeNext(command, ref passedOn);
                if (first is null)
                    _idle.Push(command);
                command = first is not null && !_waiting.IsEmpty && Fits(_waiting.First!) ? TakeIdle() : null;
            }

            if (first is not null)
                idle.Send(first);
            while (passedOn.First is { } request)
            {
                (passedOn.First, request.Next) = (request.Next, null);
                PassOn(request);
            }
        }
    }

    /// <summary>Sends each of those that travelled together once more.</summary>
    private void SendAlone(TRequest first)
    {
        lock (_lock)
        {
            for (var request = first; request is not null;)
            {
                var next = request.Next;
                (request.Next, request.IsAlone, request.HasFailed, request.MayHoldUpOthers) = (null, true, false, true);
                _waiting.Add(request);
                request = next;
            }
        }

        while (true)
        {
            Command? command;
            lock (_lock)
                command = _waiting.IsEmpty ? null : TakeIdle();
            if (command is null)
                return;
            SendNext(command);
        }
    }

    private bool Fits(TRequest request) => _bytes == 0 || _bytes + request.Cost <= MaxBytes;

    private Command? TakeIdle()
    {
        if (_idle.TryPop(out var command))
            return command;
        if (_commands == MaxOnTheirWay)
            return null;
        _commands++;
        return new Command(this, isExtra: false);
    }

    private TRequest? TakeNext(Command command, ref (TRequest? First, TRequest? Last) passedOn)
    {
        TRequest? first = null;
        TRequest? last = null;
        for (var count = 0; count < MaxTogether && _waiting.First is { } next;)
        {
            if (next.IsPast)
            {
                // Its callers have had their timeout, or are about to. They continue elsewhere, not under this lock.
                Complete(_waiting.TakeFirst(), new TimeoutException("Redis did not answer in time."));
                continue;
            }

            if (first is null && IsForAnother(next))
            {
                _waiting.TakeFirst();
                passedOn.Last = passedOn.Last is null ? passedOn.First = next : passedOn.Last.Next = next;
                continue;
            }

            var cost = next.Cost;
            if (first is null ? !Fits(next) : first.IsAlone || next.IsAlone || (long)command.Bytes + cost > MaxBytesTogether)
                break;
            _waiting.TakeFirst();
            command.Bytes += cost;
            _bytes += cost;
            last = last is null ? first = next : last.Next = next;
            count++;
        }

        return first;
    }

    /// <summary>Gives a request, and those that share its answer, what it was answered, or the failure.</summary>
    private static void Complete(TRequest request, Exception? failure)
    {
        for (var one = request; one is not null;)
        {
            var next = one.Sharer; // a caller that has its result may reuse the request
            one.Complete(failure);
            one = next;
        }
    }

    /// <summary>One command at a time, for some requests.</summary>
    private sealed class Command
    {
        private readonly RequestBatcher<TRequest, T> _batcher;
        private readonly bool _isExtra;
        private readonly Action _onReplied;
        private TRequest _first = null!;
        private int _count;
        private CommandForm _form;
        private Task _reply = null!;

        /// <summary>Gets or sets how many bytes are expected of it.</summary>
        public int Bytes { get; set; }

        public Command(RequestBatcher<TRequest, T> batcher, bool isExtra) => (_batcher, _isExtra, _onReplied) = (batcher, isExtra, OnReplied);

        public void Send(TRequest first)
        {
            _first = first;
            _count = 0;
            for (var request = first; request is not null; request = request.Next)
                _count++;
            Send(default(CommandForm));
        }

        private void Send(CommandForm form)
        {
            _form = form;
            try
            {
                _reply = _batcher.SendAsync(_first, _count, form);
            }
            catch (Exception e)
            {
                _reply = Task.FromException(e);
            }

            _reply.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onReplied);
        }

        private void OnReplied()
        {
            var (first, count, reply) = (_first, _count, _reply);
            var failure = reply.IsCompletedSuccessfully ? null : reply.Exception?.InnerException ?? new TaskCanceledException(reply);
            var again = failure is null ? null : Again(failure);
            var isLate = again is not null && first.IsAnyPast;
            if (again is { } form && !isLate)
            {
                Send(form);
                return;
            }

            if (failure is null)
                failure = Read(first, count, reply); // first: it shows how much the next ones may bring
            if (!_isExtra)
                _batcher.SendNext(this); // the next ones take their places
            if (isLate || (count > 1 && failure is RedisServerException refusal && RedisFailure.IsMomentary(refusal)))
                _batcher.SendAlone(first); // those whose callers still wait
            else
                CompleteAll(first, failure);
        }

        /// <summary>Returns the form in which the server, or another one, does what it has not done; null if there is none.</summary>
        private CommandForm? Again(Exception failure) =>
            !_form.WithText && _batcher.IsUnknown(failure) ? _form with { WithText = true }
            : !_form.IsRedirected && RedisFailure.IsRedirection(failure) ? _form with { IsRedirected = true }
            : null;

        private Exception? Read(TRequest first, int count, Task reply)
        {
            try
            {
                using var buffer = BatchCommand.Open(reply, out var reader);
                _batcher.Read(first, count, reader);
                return null;
            }
            catch (Exception e)
            {
                return e; // it is another reply than the command's
            }
        }

        private void CompleteAll(TRequest first, Exception? failure)
        {
            TRequest? failed = null;
            for (var request = first; request is not null;)
            {
                var next = request.Next;
                if (failure is null && request.HasFailed)
                    (request.Next, failed) = (failed, request);
                else
                    RequestBatcher<TRequest, T>.Complete(request, failure);
                request = next;
            }

            if (failed is not null)
                _batcher.SendAlone(failed);
        }
    }
}
