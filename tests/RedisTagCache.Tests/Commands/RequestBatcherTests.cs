using RESPite.Messages;
using RedisTagCache.Commands.Batching;
using StackExchange.Redis;

namespace RedisTagCache.Tests.Commands;

/// <summary>What becomes of requests that a server has not carried out, and whose callers may have gone by the time that it says so.</summary>
public sealed class RequestBatcherTests
{
    private const string Unknown = "NOSCRIPT No matching script. Please use EVAL.";
    private const string Moved = "MOVED 15495 127.0.0.1:7101";
    private readonly Batcher _batcher = new();

    [Theory]
    [InlineData(Unknown)]
    [InlineData(Moved)]
    public async Task NotDone_CallerStillWaits_IsSentAgain(string answer)
    {
        var request = new Request();
        var result = _batcher.AskAsync(request);
        _batcher.Fail(answer);
        Assert.Equal([answer == Unknown ? new CommandForm(true, false) : new CommandForm(false, true)], _batcher.Forms);
        _batcher.Succeed();
        Assert.Equal(1, await result);
    }

    [Theory]
    [InlineData(Unknown, true)]
    [InlineData(Unknown, false)]
    [InlineData(Moved, true)]
    [InlineData(Moved, false)]
    public async Task NotDone_CallerHasHadItsTimeout_IsNotSentAgain(string answer, bool isSentAtOnce)
    {
        var request = new Request { SendsAtOnce = isSentAtOnce };
        var result = _batcher.AskAsync(request);
        request.HasTimedOut = true;
        _batcher.Fail(answer);
        Assert.Empty(_batcher.Forms);
        await Assert.ThrowsAsync<TimeoutException>(() => result.AsTask());
    }

    [Theory]
    [InlineData(Unknown)]
    [InlineData(Moved)]
    public async Task NotDone_OneOfSeveralHasHadItsTimeout_OthersAreSentAgain(string answer)
    {
        var before = Enumerable.Range(0, 8).Select(_ => _batcher.AskAsync(new Request())).ToArray();
        Request[] requests = [new(), new(), new()];
        var results = requests.Select(_batcher.AskAsync).ToArray(); // they wait, and travel together
        foreach (var one in before)
        {
            _batcher.Succeed();
            Assert.Equal(1, await one);
        }

        Assert.Equal(3, _batcher.Counts[^1]);
        requests[1].HasTimedOut = true;
        _batcher.Fail(answer);
        Assert.Equal([1, 1], _batcher.Counts[^2..]);
        await Assert.ThrowsAsync<TimeoutException>(() => results[1].AsTask());
        _batcher.Succeed();
        _batcher.Succeed();
        Assert.Equal(1, await results[0]);
        Assert.Equal(1, await results[2]);
    }

    private sealed class Request : BatchedRequest<Request, int>
    {
        public bool HasTimedOut { get; set; }

        public bool SendsAtOnce { get; init; }

        public override bool IsPast => HasTimedOut;

        public override bool IsSentAtOnce => SendsAtOnce;

        protected override void Clear()
        {
        }
    }

    /// <summary>Sends nothing: the test gives the answers, to the commands in turn.</summary>
    private sealed class Batcher : RequestBatcher<Request, int>
    {
        private readonly Queue<TaskCompletionSource<RedisResult>> _sent = new();

        /// <summary>Gets the forms of the commands after the ordinary one.</summary>
        public List<CommandForm> Forms { get; } = [];

        /// <summary>Gets how many requests each command was for.</summary>
        public List<int> Counts { get; } = [];

        protected override int MaxTogether => 8;

        public ValueTask<int> AskAsync(Request request) => SubmitAsync(request);

        public void Fail(string answer) => _sent.Dequeue().SetException(new RedisServerException(default, CommandFlags.None, answer));

        public void Succeed() => _sent.Dequeue().SetResult(RedisResult.Create(1, ResultType.Integer));

        protected override Task SendAsync(Request first, int count, CommandForm form)
        {
            if (form != default)
                Forms.Add(form);
            Counts.Add(count);
            var sent = new TaskCompletionSource<RedisResult>();
            _sent.Enqueue(sent);
            return sent.Task;
        }

        protected override void Read(Request first, int count, RespReader reply)
        {
            for (var request = first; request is not null; request = request.Next)
                request.Answer(1);
        }

        protected override bool IsUnknown(Exception failure) => failure is RedisServerException && failure.Message == Unknown;
    }
}
