using System.Buffers;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>
/// Reads of one partition's entries, each as <c>MGET entry epoch</c>, or without the epoch where nothing is judged by it. While many are on their way, those
/// that come meanwhile travel together, as one <c>MGET entry entry ... epoch</c>: what a command costs beyond its bytes, here and in the server, is shared.
/// A reply is of one moment, however many it answers.
/// </summary>
/// <remarks>
/// Safe for concurrent use. A read that nobody waits for any more is done nevertheless. While a slot is being moved, a cluster refuses a command of which it has
/// only some of the keys: those that were refused together are sent once more, each alone, so that none is lost for another's sake.
/// </remarks>
internal sealed class EntryReads(Partition partition, bool withEpoch)
{
    /// <summary>Fewer callers than this never wait for each other; those of many wait for a fraction of a round trip.</summary>
    private const int MostOnTheirWay = 8;

    private const int MostTogether = 64;

    private readonly Lock _lock = new();
    private readonly Stack<Command> _idle = new();
    private int _commands;
    private Read? _first;
    private Read? _last;

    private bool HasEpoch => withEpoch;

    /// <summary>An entry and the partition's stamp at that same moment. The entry is pooled: dispose it.</summary>
    public Task<(IMemoryOwner<byte>? Entry, EpochStamp? Stamp)> ReadAsync(IDatabase database, in RedisKey key)
    {
        var epoch = partition.Epoch; // where there is none yet, nothing has been begun
        Read read;
        Command? command;
        lock (_lock)
        {
            command = TakeIdle();
            if (command is null)
            {
                read = new Read(database, key, TaskCreationOptions.RunContinuationsAsynchronously); // they must not wait for each other's callers
                Append(read);
                return read.Task;
            }
        }

        read = new Read(database, key, TaskCreationOptions.None);
        command.Send(read, epoch);
        return read.Task;
    }

    /// <summary>What came meanwhile goes in the place of what has just arrived.</summary>
    private void SendNext(Command command)
    {
        Read? first;
        lock (_lock)
        {
            first = TakeNext();
            if (first is null)
            {
                _idle.Push(command);
                return;
            }
        }

        command.Send(first, partition.Epoch);
    }

    /// <summary>Sends each of those that travelled together once more.</summary>
    private void SendAlone(Read first)
    {
        lock (_lock)
        {
            for (var read = first; read is not null;)
            {
                var next = read.Next;
                (read.Next, read.IsAlone) = (null, true);
                Append(read);
                read = next;
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

    private void Append(Read read) => _last = _last is null ? _first = read : _last.Next = read;

    private Read? TakeNext()
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

    /// <summary>One read; those that travel together are a list.</summary>
    private sealed class Read(IDatabase database, RedisKey key, TaskCreationOptions options)
        : TaskCompletionSource<(IMemoryOwner<byte>? Entry, EpochStamp? Stamp)>(options)
    {
        public IDatabase Database => database;

        public RedisKey Key => key;

        public IMemoryOwner<byte>? Entry { get; set; }

        public Read? Next { get; set; }

        public bool IsAlone { get; set; }
    }

    /// <summary>One command at a time, for some reads.</summary>
    private sealed class Command
    {
        private readonly EntryReads _reads;
        private readonly Action _onReplied;
        private Read _first = null!;
        private Task<RespResult> _reply = null!;

        public Command(EntryReads reads) => (_reads, _onReplied) = (reads, OnReplied);

        private int EpochCount => _reads.HasEpoch ? 1 : 0;

        public void Send(Read first, in RedisKey epoch)
        {
            _first = first;
            try
            {
                var count = Count(first);
                var keys = RequestArguments.Take(count + EpochCount);
                for (var (i, read) = (0, (Read?)first); read is not null; read = read.Next)
                    keys.Span[i++] = read.Key;
                if (_reads.HasEpoch)
                    keys.Span[count] = epoch;
                _reply = first.Database.ExecuteRespAsync("MGET", keys, CommandFlags.DemandMaster);
            }
            catch (Exception e)
            {
                _reply = Task.FromException<RespResult>(e);
            }

            _reply.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onReplied);
        }

        private void OnReplied()
        {
            var (first, reply) = (_first, _reply); // the next ones take their places
            _reads.SendNext(this);
            try
            {
                if (reply.IsCompletedSuccessfully)
                {
                    using var result = reply.Result;
                    Answer(first, result);
                    return;
                }

                var failure = reply.Exception?.InnerException ?? new TaskCanceledException(reply);
                if (first.Next is not null && failure is RedisServerException refusal && RedisFailure.IsMomentary(refusal))
                    _reads.SendAlone(first);
                else
                    Fail(first, failure);
            }
            catch (Exception e)
            {
                Fail(first, e); // it is another reply than MGET's
            }
        }

        private void Answer(Read first, RespResult result)
        {
            var reader = EntryReply.Begin(result, Count(first) + EpochCount);
            for (var read = first; read is not null; read = read.Next)
                read.Entry = EntryReply.NextEntry(ref reader);
            var stamp = _reads.HasEpoch ? EntryReply.NextStamp(ref reader) : null;
            for (var read = first; read is not null; read = read.Next)
                read.TrySetResult((read.Entry, stamp));
        }

        private static void Fail(Read first, Exception exception)
        {
            for (var read = first; read is not null; read = read.Next)
            {
                read.TrySetException(exception);
                _ = read.Task.Exception; // whoever gave it up does not look
            }
        }

        private static int Count(Read first)
        {
            var count = 0;
            for (var read = first; read is not null; read = read.Next)
                count++;
            return count;
        }
    }
}
