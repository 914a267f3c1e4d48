using System.Globalization;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tool.Tests;

/// <summary>Somebody who is asked may also stop, or not be there any more.</summary>
public sealed class QuestionTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Theory]
    [InlineData("evict", "t")]
    [InlineData("expire", "t")]
    [InlineData("remove", "k")]
    [InlineData("reclaim", null)]
    public async Task Question_StoppedByTheOperator_EndsAtOnceAndSaysThatNothingWasDone(string command, string? what)
    {
        var prefix = "t" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await using var application = Instance.Create(redis.ConnectionString, options => options.KeyPrefix = prefix);
        await application.Store.WriteAsync("k", "v", "t");
        using var stop = new CancellationTokenSource();
        using var input = new Unanswered();
        using var output = new StringWriter();
        using var error = new StringWriter();
        var host = new ToolHost(TextWriter.Synchronized(output), TextWriter.Synchronized(error), input, IsInteractive: true, static _ => null, Path.GetTempPath());
        string[] words = what is null ? [command] : [command, what];
        var running = ToolProgram.RunAsync([.. words, "-c", redis.ConnectionString, "-p", prefix], host, stop.Token);
        await input.Asked.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Problem, await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Contains("Nothing was changed.", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("v", await application.Store.ReadAsync("k"));
    }

    [Fact]
    public async Task Search_StoppedByTheOperator_SaysThatNothingWasDone()
    {
        var prefix = "t" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await using var application = Instance.Create(redis.ConnectionString, options => options.KeyPrefix = prefix);
        await application.Store.WriteAsync("k", "v", "t");
        using var output = new StringWriter();
        using var error = new StringWriter();
        var host = new ToolHost(output, error, TextReader.Null, IsInteractive: false, static _ => null, Path.GetTempPath());
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Problem, await ToolProgram.RunAsync(["find", "-c", redis.ConnectionString, "-p", prefix], host, stop.Token));
        Assert.Contains("Nothing was changed.", error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A terminal at which nobody presses Enter.</summary>
    private sealed class Unanswered : TextReader
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _answered = new();

        public Task Asked => _asked.Task;

        public override string? ReadLine()
        {
            _asked.TrySetResult();
            _answered.Wait(CancellationToken.None);
            return null;
        }

        protected override void Dispose(bool disposing)
        {
            _answered.Set();
            base.Dispose(disposing);
        }
    }
}
