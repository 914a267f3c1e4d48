using System.Text;
using RedisTagCache.Testing.Commands;
using RedisTagCache.Testing.Connections;
using RedisTagCache.Testing.Data;
using RedisTagCache.Testing.Protocol;
using RedisTagCache.Testing.Scripting;

namespace RedisTagCache.Testing.Engine;

/// <summary>The server without its connections: its data, and the commands that run on them, one at a time.</summary>
internal sealed class RedisEngine : IDisposable
{
    public const int DatabaseCount = 16;

    private readonly Lock _lock = new();
    private readonly HashSet<ClientSession> _sessions = [];
    private long _lastSession;
    private bool _isDown;
    private bool _isDisposed;

    public RedisEngine(TimeProvider time)
    {
        Time = time;
        StartedAt = time.GetUtcNow();
        Databases = [.. Enumerable.Range(0, DatabaseCount).Select(_ => new Keyspace(time))];
        Messages = new Messages(Faults);
        Evictions = new EvictionLog(time);
        Scripts = new LuaScripts(this);
    }

    public TimeProvider Time { get; }

    public DateTimeOffset StartedAt { get; }

    public Faults Faults { get; } = new();

    public IReadOnlyList<Keyspace> Databases { get; }

    public Messages Messages { get; }

    public EvictionLog Evictions { get; }

    public LuaScripts Scripts { get; }

    /// <summary>Gets what tells this run of the server from others.</summary>
    public string RunId { get; private set; } = NewRunId();

    /// <summary>Gets or sets whether connections are refused. Those that are open end.</summary>
    public bool IsDown
    {
        get
        {
            lock (_lock)
                return _isDown;
        }

        set
        {
            ClientSession[] ended;
            lock (_lock)
            {
                if (_isDown && !value)
                    RunId = NewRunId();
                _isDown = value;
                ended = value ? [.. _sessions] : [];
            }

            foreach (var session in ended)
                session.End();
        }
    }

    /// <summary>Adds a connection.</summary>
    /// <returns>The connection, or nothing if the server is down.</returns>
    public ClientSession? TryAdd()
    {
        lock (_lock)
        {
            if (_isDown || _isDisposed)
                return null;
            var session = new ClientSession(this, ++_lastSession);
            _sessions.Add(session);
            return session;
        }
    }

    public void Remove(ClientSession session)
    {
        lock (_lock)
        {
            _sessions.Remove(session);
            Messages.RemoveAll(session);
        }
    }

    /// <summary>Runs a command, and sends its reply.</summary>
    /// <returns>Whether the command has run.</returns>
    public bool Handle(ClientSession session, byte[][] arguments)
    {
        lock (_lock)
        {
            if (_isDisposed || !_sessions.Contains(session))
                return false; // a connection that ends still reads what had arrived
            session.Send(Queue(session, arguments) ?? Run(new Call(this, session, arguments)));
            return true;
        }
    }

    /// <summary>Runs a command of a client or of a transaction.</summary>
    public RespReply Run(Call call)
    {
        var hasWritten = false;
        return Run(call, isInScript: false, ref hasWritten);
    }

    /// <summary>Runs a command.</summary>
    /// <param name="call">The command.</param>
    /// <param name="isInScript">Whether a script calls it.</param>
    /// <param name="hasWritten">Whether the script has changed something. As in Redis, it then continues without memory.</param>
    public RespReply Run(Call call, bool isInScript, ref bool hasWritten)
    {
        try
        {
            var command = CommandTable.Find(call);
            if (isInScript && !command.IsForScripts)
                throw new CommandException("ERR This Redis command is not allowed from script");
            if (command.Effect == Effect.NeedsMemory && Faults.RejectsWrites && !hasWritten)
                throw new CommandException("OOM command not allowed when used memory > 'maxmemory'.");
            hasWritten |= command.Effect != Effect.None;
            return command.Run(call);
        }
        catch (CommandException e)
        {
            return RespReply.Error(e.Message);
        }
    }

    /// <summary>Removes all data.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (var database in Databases)
                database.Clear();
        }
    }

    public string ListSessions() => string.Concat(_sessions.Select(static session => $"id={session.Id} name={Encoding.UTF8.GetString(session.Name ?? [])} db={session.Database} resp={(session.IsResp3 ? 3 : 2)} lib-name={Encoding.UTF8.GetString(session.Library ?? [])}\n"));

    /// <summary>Ends the connections. A command that is running comes to its end before, and none runs after it: the memory of scripts is freed here.</summary>
    public void Dispose()
    {
        IsDown = true;
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            Scripts.Dispose();
        }
    }

    private RespReply? Queue(ClientSession session, byte[][] arguments)
    {
        if (session.Queued is null || TransactionCommands.RunsAtOnce(new Call(this, session, arguments)))
            return null;
        session.Queued.Add(arguments);
        return RespReply.Status("QUEUED");
    }

    private static string NewRunId() => Convert.ToHexStringLower(Guid.NewGuid().ToByteArray()) + "00000000";
}
